/// What one step of a recurrent network does with one sequence's state.
protocol RecurrentCell: Sendable {
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
  /// R of this direction, [gates · H, H].
  let recurrent: UnsafePointer<Float>
  /// Recurrent biases, [gates · H]; zeros where there are none.
  let recurrentBias: UnsafePointer<Float>
  /// P of this direction, [3 · H].
  let peepholes: UnsafePointer<Float>?
  /// Room for [(gates + 2) · H].
  let scratch: UnsafeMutablePointer<Float>
}

/// Runs LSTM, GRU or RNN: one product projects all inputs, then every sequence and direction steps by itself.
struct RecurrentKernel<Cell: RecurrentCell> {
  let sizes: RecurrentSizes
  let isReversed: [Bool]
  /// One for each direction.
  let cells: [Cell]

  func run(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (x, w) = (try inputs.required(0, "X"), try inputs.required(1, "W"))
    let r = try inputs.required(2, "R")
    let lengths = try self.lengths(inputs.optional(4))
    let width = sizes.gates * sizes.hidden
    let rows = sizes.steps * sizes.batch
    let biases = inputs.optional(3) ?? Tensor(zeros: .float32, shape: [sizes.directions, 2 * width])
    if let y = outputs.optional(0) { y.floats.update(repeating: 0, count: y.elementCount) }
    try ScratchPool.shared.withFloats(Extent.count(of: [sizes.directions, rows, width])) { memory in
      for direction in 0..<sizes.directions {
        try project(x, w, biases, direction: direction, into: memory + direction * rows * width, using: context)
      }
      let projections = SendablePointer(memory)
      context.parallel(sizes.directions * sizes.batch) { index in
        let (direction, sequence) = index.quotientAndRemainder(dividingBy: sizes.batch)
        runSequence(
          direction: direction, sequence: sequence, length: lengths[sequence],
          projections: projections.pointer + direction * rows * width, r: r, biases: biases, inputs: inputs,
          outputs: outputs, kernels: context.kernels)
      }
    }
  }

  /// X · Wᵀ + Wb for all steps and sequences, in the order of X's rows.
  private func project(
    _ x: Tensor, _ w: Tensor, _ biases: Tensor, direction: Int, into target: UnsafeMutablePointer<Float>,
    using context: ExecutionContext
  ) throws {
    let width = sizes.gates * sizes.hidden
    let weights = w.floats + direction * width * sizes.input
    let bias = Tensor(
      .float32, shape: [width], storage: biases.storage,
      byteOffset: biases.byteOffset + direction * 2 * width * ElementType.float32.byteCount)
    let epilogue = try FusedEpilogue(Epilogue(), bias: bias, channels: width, isPerColumn: true)
    let product = BlockedProduct(
      m: sizes.steps * sizes.batch, n: width, k: sizes.input, left: .along(x.floats, stride: sizes.input),
      right: .along(weights, stride: sizes.input), target: target, targetStride: width, epilogue: epilogue,
      residual: nil)
    BlockedProduct.run([product], using: context)
  }

  private func runSequence(
    direction: Int, sequence: Int, length: Int, projections: UnsafeMutablePointer<Float>, r: Tensor, biases: Tensor,
    inputs: [Tensor?], outputs: [Tensor?], kernels: Kernels
  ) {
    let hiddenSize = sizes.hidden
    let width = sizes.gates * hiddenSize
    let state = sizes.stateOffset(direction: direction, sequence: sequence)
    ScratchPool.shared.withFloats(4 * hiddenSize + width) { memory in
      let (hidden, cell) = (memory, memory + hiddenSize)
      load(inputs.optional(5), from: state, into: hidden)
      load(inputs.optional(6), from: state, into: cell)
      for count in 0..<length {
        let step = isReversed[direction] ? length - 1 - count : count
        cells[direction].advance(
          RecurrentStep(
            hiddenSize: hiddenSize, projection: projections + sizes.inputRow(step: step, sequence: sequence) * width,
            hidden: hidden,
            cell: cell, recurrent: r.floats + direction * width * hiddenSize,
            recurrentBias: biases.floats + (2 * direction + 1) * width,
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

  private func lengths(_ tensor: Tensor?) throws -> [Int] {
    let lengths = tensor?.integers() ?? [Int](repeating: sizes.steps, count: sizes.batch)
    for length in lengths where length < 0 || length > sizes.steps {
      throw ShapeError("sequence_lens: \(length) of \(sizes.steps) steps")
    }
    return lengths
  }
}

extension Kernels {
  /// `y += matrix · x` for a matrix of `rows` rows of `k` elements; `room` holds `rows` floats.
  func addProduct(
    _ matrix: UnsafePointer<Float>, rows: Int, k: Int, _ x: UnsafePointer<Float>,
    to y: UnsafeMutablePointer<Float>, room: UnsafeMutablePointer<Float>
  ) {
    table.pointee.dot_rows(matrix, k, rows, k, x, room)
    combine(.add, y, room, into: y, count: rows)
  }

  /// Limits every element to `-limit ... limit`; nothing without a limit.
  func limit(_ x: UnsafeMutablePointer<Float>, to limit: Float?, count: Int) {
    if let limit { apply(.clip(low: -limit, high: limit), x, into: x, count: count) }
  }
}
