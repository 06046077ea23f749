import CKernels

/// A product whose left operand is read where it lies, row by row, and whose right operand is in panels.
///
/// rows · columns · k fused steps, each element one chain over k.
struct RowProduct: @unchecked Sendable {  // the pointers are only used while the caller waits
  let rows: Int
  let columns: Int
  let k: Int
  let left: UnsafePointer<Float>
  let leftStride: Int
  let panels: UnsafePointer<Float>
  let target: UnsafeMutablePointer<Float>
  let targetStride: Int
  /// Laid out as the target.
  let residual: UnsafePointer<Float>?

  /// With more, a panel of the right operand would not stay in the second cache.
  static let mostK = 2048
  /// Elements of the left operand that stay in the second cache.
  private static let mostLeft = 1 << 17

  /// The right operand in panels of the tile's columns; the last is as wide as its vectors.
  static func panels(_ source: PanelSource, columns: Int, k: Int, _ kernels: Kernels) -> Tensor {
    let tensor = Tensor(zeros: .float32, shape: [kernels.panelSize(columns: columns, k: k) + kernels.lanes])
    pack(source, columns: columns, k: k, into: tensor.floats, kernels)
    return tensor
  }

  /// The same into memory with room for a vector more.
  static func pack(
    _ source: PanelSource, columns: Int, k: Int, into target: UnsafeMutablePointer<Float>, _ kernels: Kernels
  ) {
    let whole = columns / kernels.tileColumns * kernels.tileColumns
    source.pack(0..<whole, rows: 0..<k, width: kernels.tileColumns, into: target, using: kernels)
    let rest = kernels.rounded(columns - whole)
    if rest > 0 { source.pack(whole..<columns, rows: 0..<k, width: rest, into: target + whole * k, using: kernels) }
  }

  /// Constant weights whose element (k, column) lies at `column · k + k`, in such panels.
  static func panels(_ weights: Tensor, columns: Int, k: Int, using context: ExecutionContext) -> Tensor {
    context.packed(weights, layout: [PackedForm.rowPanels.rawValue, columns, k, 1]) {
      panels(.along($0, stride: k), columns: columns, k: k, context.kernels)
    }
  }

  /// Computes the product and applies the epilogue, which is per column, in blocks of rows.
  func run(epilogue: FusedEpilogue?, using context: ExecutionContext) {
    guard rows > 0, columns > 0 else { return }
    let tile = context.kernels.tileRows
    let share = context.threads > 1 ? (rows + 2 * context.threads - 1) / (2 * context.threads) : rows
    let most = max(tile, min(share, Self.mostLeft / max(1, k)))
    let block = (most + tile - 1) / tile * tile
    context.parallel((rows + block - 1) / block) { index in
      let (first, last) = (index * block, min(rows, (index + 1) * block))
      let (from, to) = (left + first * leftStride, target + first * targetStride)
      guard let epilogue, !epilogue.isEmpty else {
        context.kernels.table.pointee.multiply_rows(
          k, from, leftStride, last - first, panels, columns, to, targetStride, 0, nil)
        return
      }
      var arguments = epilogue.arguments(
        channel: 0, residual: residual.map { $0 + first * targetStride }, stride: targetStride)
      context.kernels.table.pointee.multiply_rows(
        k, from, leftStride, last - first, panels, columns, to, targetStride, 0, &arguments)
    }
  }
}
