import CKernels

/// Where the panels of an operand come from: element (k, j) for k in the inner dimension and j across the panel.
enum PanelSource {
  /// Packed before: whole panels of the inner dimension, one after the other.
  case packed(UnsafePointer<Float>)
  /// Element (k, j) at `k · stride + j`.
  case across(UnsafePointer<Float>, stride: Int)
  /// Element (k, j) at `j · stride + k`.
  case along(UnsafePointer<Float>, stride: Int)
  /// Row k of the unrolled windows at output position j.
  case windows(ck_window, UnsafePointer<Float>)

  var isPacked: Bool {
    if case .packed = self { true } else { false }
  }

  /// Packs rows `k` of the inner dimension and positions `positions` into consecutive panels of `width`.
  func pack(
    _ positions: Range<Int>, rows k: Range<Int>, width: Int, into target: UnsafeMutablePointer<Float>,
    using kernels: Kernels
  ) {
    var panel = target
    for first in stride(from: positions.lowerBound, to: positions.upperBound, by: width) {
      let count = min(width, positions.upperBound - first)
      switch self {
      case .packed: preconditionFailure("packed before")
      case .across(let source, let stride):
        kernels.table.pointee.pack_across(
          source + k.lowerBound * stride + first, stride, k.count, count, panel, width)
      case .along(let source, let stride):
        kernels.table.pointee.pack_along(source + first * stride + k.lowerBound, stride, k.count, count, panel, width)
      case .windows(var window, let planes):
        kernels.table.pointee.pack_window(
          &window, planes, k.lowerBound, k.upperBound, first, count, panel, width)
      }
      panel += width * k.count
    }
  }

  /// All panels of an operand with `count` positions, packed once into memory of their own.
  func packedTensor(count: Int, k: Int, width: Int, using kernels: Kernels) -> Tensor {
    let panels = (count + width - 1) / width
    let tensor = Tensor(zeros: .float32, shape: [panels * width * k + kernels.lanes])
    pack(0..<count, rows: 0..<k, width: width, into: tensor.floats, using: kernels)
    return tensor
  }
}

/// One product C = A · B over panels, with its epilogue.
///
/// m · n · k fused steps; each element is one chain over k, whatever the blocks, so that blocks and threads change no
/// bit.
struct BlockedProduct: @unchecked Sendable {  // the pointers are only used while the caller waits
  let m: Int
  let n: Int
  let k: Int
  let left: PanelSource
  let right: PanelSource
  let target: UnsafeMutablePointer<Float>
  let targetStride: Int
  /// Whether element (row, column) is stored at `column · targetStride + row`.
  var isTransposed = false
  let epilogue: FusedEpilogue?
  /// The channel that the first stored row (or column, where the epilogue is per column) belongs to.
  var firstChannel = 0
  /// Laid out as the target.
  let residual: UnsafePointer<Float>?

  private static let mostRowsOfK = 320
  private static let mostPacked = 480

  /// Computes this product, its blocks in parallel.
  func run(using context: ExecutionContext) { Self.run(1, using: context) { _ in self } }

  /// Computes products of the same sizes, the blocks of all of them in parallel.
  static func run(_ count: Int, using context: ExecutionContext, _ product: @Sendable (Int) -> BlockedProduct) {
    guard count > 0 else { return }
    let first = product(0)
    guard first.m > 0, first.n > 0 else { return }
    let kernels = context.kernels
    let (rows, columns) = first.blockSizes(products: count, threads: context.threads, kernels)
    let rowBlocks = (first.m + rows - 1) / rows
    let columnBlocks = (first.n + columns - 1) / columns
    context.parallel(count * rowBlocks * columnBlocks) { index in
      let (number, block) = index.quotientAndRemainder(dividingBy: rowBlocks * columnBlocks)
      let (columnBlock, rowBlock) = block.quotientAndRemainder(dividingBy: rowBlocks)
      product(number).run(
        rows: (rowBlock * rows)..<min(first.m, (rowBlock + 1) * rows),
        columns: (columnBlock * columns)..<min(first.n, (columnBlock + 1) * columns), kernels)
    }
  }

  /// Blocks of whole panels: an operand that is packed on the way gets as much as stays in the second cache.
  private func blockSizes(products: Int, threads: Int, _ kernels: Kernels) -> (rows: Int, columns: Int) {
    let (tileRows, tileColumns) = (kernels.tileRows, kernels.tileColumns)
    func even(_ size: Int, tile: Int, limit: Int?) -> Int {
      let panels = (size + tile - 1) / tile
      guard let limit else { return panels }
      let blocks = max(1, (size + limit - 1) / limit)
      return (panels + blocks - 1) / blocks
    }
    var rows = even(m, tile: tileRows, limit: left.isPacked ? nil : Self.mostPacked)
    var columns = even(n, tile: tileColumns, limit: right.isPacked ? nil : Self.mostPacked)
    func tasks() -> Int {
      let inRow = (m + rows * tileRows - 1) / (rows * tileRows)
      return products * inRow * ((n + columns * tileColumns - 1) / (columns * tileColumns))
    }
    if threads > 1 {
      while tasks() < 4 * threads, columns > 2 { columns = (columns + 1) / 2 }
      while tasks() < 2 * threads, rows > 4 { rows = (rows + 1) / 2 }
    }
    return (rows * tileRows, columns * tileColumns)
  }

  private func run(rows: Range<Int>, columns: Range<Int>, _ kernels: Kernels) {
    let (tileRows, tileColumns) = (kernels.tileRows, kernels.tileColumns)
    let blocks = max(1, (k + Self.mostRowsOfK - 1) / Self.mostRowsOfK)
    let depth = max(1, (k + blocks - 1) / blocks)
    let leftSize = left.isPacked ? 0 : rounded(rows.count, tileRows) * depth + kernels.lanes
    let rightSize = right.isPacked ? 0 : rounded(columns.count, tileColumns) * depth + kernels.lanes
    let rightStart = rounded(leftSize, 16)
    ScratchPool.shared.withFloats(rightStart + rightSize) { scratch in
      for block in 0..<blocks {
        let range = min(k, block * depth)..<min(k, (block + 1) * depth)
        var product = ck_product()
        (product.k, product.rows, product.columns) = (range.count, rows.count, columns.count)
        (product.a, product.a_panel) = panels(left, rows, range, tileRows, scratch, kernels)
        (product.b, product.b_panel) = panels(right, columns, range, tileColumns, scratch + rightStart, kernels)
        let stored = isTransposed ? (columns.lowerBound, rows.lowerBound) : (rows.lowerBound, columns.lowerBound)
        let offset = stored.0 * targetStride + stored.1
        product.c = target + offset
        product.c_stride = targetStride
        product.accumulates = block > 0 ? 1 : 0
        product.rows_outside = rows.count >= columns.count ? 1 : 0
        product.is_transposed = isTransposed ? 1 : 0
        guard block == blocks - 1, let epilogue, !epilogue.isEmpty else {
          kernels.table.pointee.multiply(&product)
          continue
        }
        var arguments = epilogue.arguments(
          channel: firstChannel + (epilogue.isPerColumn ? stored.1 : stored.0), residual: residual.map { $0 + offset },
          stride: targetStride)
        withUnsafePointer(to: &arguments) { pointer in
          product.epilogue = pointer
          kernels.table.pointee.multiply(&product)
        }
      }
    }
  }

  private func panels(
    _ source: PanelSource, _ positions: Range<Int>, _ range: Range<Int>, _ width: Int,
    _ scratch: UnsafeMutablePointer<Float>, _ kernels: Kernels
  ) -> (UnsafePointer<Float>, Int) {
    if case .packed(let base) = source {
      return (base + positions.lowerBound * k + range.lowerBound * width, k * width)
    }
    source.pack(positions, rows: range, width: width, into: scratch, using: kernels)
    return (UnsafePointer(scratch), range.count * width)
  }

  private func rounded(_ count: Int, _ unit: Int) -> Int { (count + unit - 1) / unit * unit }
}
