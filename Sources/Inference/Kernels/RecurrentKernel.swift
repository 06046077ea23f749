/// What one step of a recurrent network does with one sequence's state.
protocol RecurrentCell: Sendable {
  /// How many gates each product with R gives; R is packed in as many blocks, in this order.
  static var products: [Int] { get }

  /// Brings the state one step on; the buffers of `step` belong to this sequence and direction alone.
  func advance(_ step: RecurrentStep, using kernels: Kernels)
}

/// The operands of one step; every pointer has H elements unless said otherwise.
struct RecurrentStep {
  let hiddenSize: Int
  /// Input weights times input plus the input biases, [gates · H].
  let projection: UnsafeMutablePointer<Float>
  let hidden: UnsafeMutablePointer<Float>
  let cell: UnsafeMutablePointer<Float>
  /// R of this direction in panels.
  let recurrent: UnsafePointer<Float>
  /// Whether R's panels are read from the last to the first: what the step before read last is still in the cache.
  let isBackwards: Bool
  /// Recurrent biases, [gates · H]; zeros where there are none.
  let recurrentBias: UnsafePointer<Float>
  /// P of this direction, [3 · H].
  let peepholes: UnsafePointer<Float>?
  /// Room for [H].
  let scratch: UnsafeMutablePointer<Float>
}

/// Runs LSTM, GRU or RNN: one product projects all inputs, then every sequence and direction steps by itself.
struct RecurrentKernel<Cell: RecurrentCell>: PreparedKernel {
  private let sizes: RecurrentSizes
  private let isReversed: [Bool]
  /// One for each direction.
  private let cells: [Cell]
  /// W and R of all directions in panels, where they are constant.
  private let inputPanels: Tensor?
  private let recurrentPanels: Tensor?
  private let zeroBiases: Tensor

  private var width: Int { sizes.gates * sizes.hidden }

  /// Packs the weights that are constant.
  init(
    _ sizes: RecurrentSizes, isReversed: [Bool], cells: [Cell], inputs: [TensorType?], using context: ExecutionContext
  ) {
    (self.sizes, self.isReversed, self.cells) = (sizes, isReversed, cells)
    inputPanels = inputs.optional(1)?.constant.map { Self.inputPanels($0, sizes, using: context) }
    recurrentPanels = inputs.optional(2)?.constant.map { Self.recurrentPanels($0, sizes, using: context) }
    zeroBiases = Tensor(zeros: .float32, shape: [sizes.directions, 2 * sizes.gates * sizes.hidden])
  }

  private static func inputPanels(_ weights: Tensor, _ sizes: RecurrentSizes, using context: ExecutionContext) -> Tensor
  {
    panels(weights, sizes, k: sizes.input, blocks: [sizes.gates], using: context)
  }

  private static func recurrentPanels(
    _ weights: Tensor, _ sizes: RecurrentSizes, using context: ExecutionContext
  ) -> Tensor {
    panels(weights, sizes, k: sizes.hidden, blocks: Cell.products, using: context)
  }

  /// Weights [directions, gates · H, k] in panels, for each direction those of each block of gates.
  private static func panels(
    _ weights: Tensor, _ sizes: RecurrentSizes, k: Int, blocks: [Int], using context: ExecutionContext
  ) -> Tensor {
    let layout = [PackedForm.recurrent.rawValue, sizes.directions, sizes.hidden, k] + blocks
    return context.packed(weights, layout: layout) { source in
      let kernels = context.kernels
      let size = blocks.reduce(0) { $0 + kernels.panelSize(columns: $1 * sizes.hidden, k: k) }
      let packed = Tensor(zeros: .float32, shape: [sizes.directions * size + kernels.lanes])
      var (from, to) = (source, packed.floats)
      for _ in 0..<sizes.directions {
        for block in blocks {
          let columns = block * sizes.hidden
          RowProduct.pack(.along(from, stride: k), columns: columns, k: k, into: to, kernels)
          from += columns * k
          to += kernels.panelSize(columns: columns, k: k)
        }
      }
      return packed
    }
  }

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (x, w) = (try inputs.required(0, "X"), try inputs.required(1, "W"))
    let r = try inputs.required(2, "R")
    try checkLengths(inputs.optional(4))
    let rows = sizes.steps * sizes.batch
    let biases = inputs.optional(3) ?? zeroBiases
    let inputPanels = self.inputPanels ?? Self.inputPanels(w, sizes, using: context)
    let recurrentPanels = self.recurrentPanels ?? Self.recurrentPanels(r, sizes, using: context)
    if let y = outputs.optional(0) { y.floats.update(repeating: 0, count: y.elementCount) }
    // `RecurrentSettings.sizes` has checked that this is no overflow.
    ScratchPool.shared.withFloats(sizes.directions * rows * width) { memory in
      for direction in 0..<sizes.directions {
        // X · Wᵀ for all steps and sequences, in the order of X's rows.
        let product = RowProduct(
          rows: rows, columns: width, k: sizes.input, left: x.floats, leftStride: sizes.input,
          panels: inputPanels.floats + direction * context.kernels.panelSize(columns: width, k: sizes.input),
          target: memory + direction * rows * width, targetStride: width, residual: nil)
        product.run(epilogue: nil, using: context)
      }
      let projections = SendablePointer(memory)
      context.parallel(sizes.directions * sizes.batch) { index in
        let (direction, sequence) = index.quotientAndRemainder(dividingBy: sizes.batch)
        runSequence(
          direction: direction, sequence: sequence, projections: projections.pointer + direction * rows * width,
          recurrent: recurrentPanels, biases: biases, inputs: inputs, outputs: outputs, kernels: context.kernels)
      }
    }
  }

  private func runSequence(
    direction: Int, sequence: Int, projections: UnsafeMutablePointer<Float>, recurrent: Tensor, biases: Tensor,
    inputs: [Tensor?], outputs: [Tensor?], kernels: Kernels
  ) {
    let hiddenSize = sizes.hidden
    let length = self.length(of: sequence, inputs.optional(4))
    let state = sizes.stateOffset(direction: direction, sequence: sequence)
    let bias = biases.floats + 2 * direction * width
    let blockSize = Cell.products.reduce(0) { $0 + kernels.panelSize(columns: $1 * hiddenSize, k: hiddenSize) }
    ScratchPool.shared.withFloats(3 * hiddenSize) { memory in
      let (hidden, cell) = (memory, memory + hiddenSize)
      load(inputs.optional(5), from: state, into: hidden)
      load(inputs.optional(6), from: state, into: cell)
      for count in 0..<length {
        let step = isReversed[direction] ? length - 1 - count : count
        let projection = projections + sizes.inputRow(step: step, sequence: sequence) * width
        kernels.combine(.add, projection, bias, into: projection, count: width)
        cells[direction].advance(
          RecurrentStep(
            hiddenSize: hiddenSize, projection: projection, hidden: hidden, cell: cell,
            recurrent: recurrent.floats + direction * blockSize, isBackwards: count % 2 == 1,
            recurrentBias: bias + width,
            peepholes: inputs.optional(7).map { UnsafePointer($0.floats + direction * 3 * hiddenSize) },
            scratch: memory + 2 * hiddenSize), using: kernels)
        outputs.optional(0).map {
          ($0.floats + sizes.outputOffset(step: step, direction: direction, sequence: sequence))
            .update(from: hidden, count: hiddenSize)
        }
      }
      outputs.optional(1).map { ($0.floats + state).update(from: hidden, count: hiddenSize) }
      outputs.optional(2).map { ($0.floats + state).update(from: cell, count: hiddenSize) }
    }
  }

  private func load(_ initial: Tensor?, from offset: Int, into target: UnsafeMutablePointer<Float>) {
    if let initial {
      target.update(from: initial.floats + offset, count: sizes.hidden)
    } else {
      target.update(repeating: 0, count: sizes.hidden)
    }
  }

  private func length(of sequence: Int, _ lengths: Tensor?) -> Int {
    lengths.map { Int($0.pointer(as: Int32.self)[sequence]) } ?? sizes.steps
  }

  private func checkLengths(_ lengths: Tensor?) throws {
    for sequence in 0..<sizes.batch {
      let length = self.length(of: sequence, lengths)
      guard length >= 0, length <= sizes.steps else {
        throw ShapeError("sequence_lens: \(length) of \(sizes.steps) steps")
      }
    }
  }
}

extension Kernels {
  /// Floats of a right operand in panels of the tile's columns, the last as wide as its vectors.
  func panelSize(columns: Int, k: Int) -> Int {
    (columns / tileColumns * tileColumns + rounded(columns % tileColumns)) * k
  }

  /// Adds R · x to some gates' sums, panel by panel; each sum is one chain, whatever the order of the panels.
  func addProduct(
    _ step: RecurrentStep, _ panels: UnsafePointer<Float>, gates: Int, _ x: UnsafePointer<Float>,
    to sums: UnsafeMutablePointer<Float>
  ) {
    let (size, k) = (gates * step.hiddenSize, step.hiddenSize)
    let count = (size + tileColumns - 1) / tileColumns
    for index in 0..<count {
      let first = (step.isBackwards ? count - 1 - index : index) * tileColumns
      table.pointee.multiply_rows(
        k, x, k, 1, panels + first * k, min(tileColumns, size - first), sums + first, size, 1, nil)
    }
  }

  /// Limits every element to `-limit ... limit`; nothing without a limit.
  func limit(_ x: UnsafeMutablePointer<Float>, to limit: Float?, count: Int) {
    if let limit { apply(.clip(low: -limit, high: limit), x, into: x, count: count) }
  }
}
