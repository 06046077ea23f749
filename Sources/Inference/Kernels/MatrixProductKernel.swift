import CKernels

/// The kernel of Gemm and MatMul: `alpha · A' · B' + beta · C`, then the epilogue.
struct MatrixProductKernel: PreparedKernel {
  struct Shape: Sendable {
    let m: Int
    let n: Int
    let k: Int
    let transposesA: Bool
    let transposesB: Bool
    /// For each product the index of its left and of its right matrix; empty for a single product.
    let batches: [[Int]]
  }

  private let shape: Shape
  private let alpha: Float
  private let epilogue: FusedEpilogue
  /// `beta · C` where it is not one value per column.
  private let addend: Tensor?
  private let constantB: Tensor?
  private let packedB: Tensor?
  /// Panels for `RowProduct`.
  private let rowPanels: Tensor?

  /// Packs a constant right operand, unless there is one row only: then the weights are read where they are.
  init(
    _ shape: Shape, alpha: Float, beta: Float, constantB: Tensor?, addend: Tensor?,
    epilogue: Epilogue, using context: ExecutionContext
  ) throws {
    self.shape = shape
    self.alpha = alpha
    self.constantB = constantB
    let scaled = addend.map { c in
      Tensor(shape: c.shape, c.elements(as: Float.self).map { beta == 1 ? $0 : $0 * beta })
    }
    // One value per column is a bias; anything else is added in a pass of its own.
    let isBias = alpha == 1 && scaled.map { $0.elementCount == shape.n && $0.shape.last == shape.n } ?? false
    self.addend = isBias ? nil : scaled
    self.epilogue = try FusedEpilogue(
      epilogue, bias: isBias ? scaled : nil, channels: shape.n, isPerColumn: true)
    let isPackable = shape.m > 1 && shape.batches.isEmpty
    let isByRows = !shape.transposesA && shape.k <= RowProduct.mostK
    /// The constant weights packed, which other shapes of the left matrix share.
    func packed(_ form: PackedForm, _ pack: (PanelSource) -> Tensor) -> Tensor? {
      guard let constantB, isPackable else { return nil }
      let layout = [form.rawValue, shape.n, shape.k, shape.transposesB ? 1 : 0]
      return context.packed(constantB, layout: layout) { pack(Self.right($0, shape)) }
    }
    rowPanels =
      isByRows
      ? packed(.rowPanels) { RowProduct.panels($0, columns: shape.n, k: shape.k, context.kernels) } : nil
    packedB =
      isByRows
      ? nil
      : packed(.panels) {
        $0.packedTensor(count: shape.n, k: shape.k, width: context.kernels.tileColumns, using: context.kernels)
      }
  }

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (a, b) = (try inputs.required(0, "A"), try constantB ?? inputs.required(1, "B"))
    let output = try outputs.required(0, "Y")
    let isPlain = alpha == 1 && addend == nil
    if epilogue.addsResidual, residual?.shape != output.shape { throw ShapeError("residual of another shape") }
    if let rowPanels {
      let product = RowProduct(
        rows: shape.m, columns: shape.n, k: shape.k, left: a.floats, leftStride: shape.k, panels: rowPanels.floats,
        target: output.floats, targetStride: shape.n, residual: residual.map { UnsafePointer($0.floats) })
      product.run(epilogue: isPlain ? epilogue : nil, using: context)
    } else if shape.batches.isEmpty, shape.m == 1 {
      multiplyRow(a, b, into: output, residual: residual, fuses: isPlain, using: context)
    } else {
      multiplyBlocks(a, b, into: output, residual: residual, fuses: isPlain, using: context)
    }
    if isPlain { return }
    scaleAndAdd(output, using: context)
    finish(output.floats, residual: residual?.floats, columns: 0..<shape.n, rows: shape.m, using: context)
  }

  /// Streams the weights once, at the speed of memory.
  private func multiplyRow(
    _ a: Tensor, _ b: Tensor, into output: Tensor, residual: Tensor?, fuses: Bool, using context: ExecutionContext
  ) {
    let grain = shape.transposesB ? 64 : 1024
    context.parallel((shape.n + grain - 1) / grain) { block in
      let columns = (block * grain)..<min(shape.n, (block + 1) * grain)
      let target = output.floats + columns.lowerBound
      if shape.transposesB {
        context.kernels.table.pointee.dot_rows(
          b.floats + columns.lowerBound * shape.k, shape.k, columns.count, shape.k, a.floats, target)
      } else {
        context.kernels.table.pointee.combine_rows(
          b.floats + columns.lowerBound, shape.n, shape.k, columns.count, a.floats, target)
      }
      if fuses {
        finish(output.floats, residual: residual?.floats, columns: columns, rows: 1, using: context)
      }
    }
  }

  private func multiplyBlocks(
    _ a: Tensor, _ b: Tensor, into output: Tensor, residual: Tensor?, fuses: Bool, using context: ExecutionContext
  ) {
    BlockedProduct.run(max(1, shape.batches.count), using: context) { index in
      let (aIndex, bIndex) = shape.batches.isEmpty ? (0, 0) : (shape.batches[index][0], shape.batches[index][1])
      let offset = index * shape.m * shape.n
      let left = a.floats + aIndex * shape.m * shape.k
      return BlockedProduct(
        m: shape.m, n: shape.n, k: shape.k,
        left: shape.transposesA ? .across(left, stride: shape.m) : .along(left, stride: shape.k),
        right: packedB.map { .packed($0.floats) }
          ?? Self.right(b.floats + bIndex * shape.k * shape.n, shape),
        target: output.floats + offset, targetStride: shape.n, epilogue: fuses ? epilogue : nil,
        residual: residual.map { UnsafePointer($0.floats + offset) })
    }
  }

  private static func right(_ b: UnsafePointer<Float>, _ shape: Shape) -> PanelSource {
    shape.transposesB ? .along(b, stride: shape.k) : .across(b, stride: shape.n)
  }

  /// `output · alpha + addend`, the addend broadcast to the output.
  private func scaleAndAdd(_ output: Tensor, using context: ExecutionContext) {
    var factor = alpha
    if alpha != 1 {
      context.kernels.combine(
        .multiply, output.floats, &factor, bStep: 0, into: output.floats, count: output.elementCount)
    }
    guard let addend else { return }
    let columns = addend.shape.last ?? 1
    let rows = addend.shape.count < 2 ? 1 : addend.shape[0]
    for row in 0..<shape.m {
      let target = output.floats + row * shape.n
      context.kernels.combine(
        .add, target, addend.floats + (rows == 1 ? 0 : row * columns), bStep: columns == 1 ? 0 : 1, into: target,
        count: shape.n)
    }
  }

  private func finish(
    _ output: UnsafeMutablePointer<Float>, residual: UnsafePointer<Float>?, columns: Range<Int>, rows: Int,
    using context: ExecutionContext
  ) {
    if epilogue.isEmpty { return }
    var arguments = epilogue.arguments(
      channel: columns.lowerBound, residual: residual.map { $0 + columns.lowerBound }, stride: shape.n)
    context.kernels.table.pointee.finish(
      output + columns.lowerBound, shape.n, rows, columns.count, &arguments)
  }
}
