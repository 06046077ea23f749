import CKernels

/// The heads of a query, key, value or result: one matrix per head and element of the batch, rows of contiguous floats.
struct AttentionHeads: @unchecked Sendable {  // the pointer is only used while the caller waits
  let base: UnsafeMutablePointer<Float>
  /// Elements from one element of the batch, head or row to the next.
  let strides: (batch: Int, head: Int, row: Int)

  /// Heads side by side in each row: [batch, rows, heads · size], of which rows may be part of longer ones.
  static func sideBySide(
    _ base: UnsafeMutablePointer<Float>, rows: Int, heads: Int, size: Int, rowStride: Int? = nil
  ) -> AttentionHeads {
    let row = rowStride ?? heads * size
    return AttentionHeads(base: base, strides: (rows * row, size, row))
  }

  /// Heads one after the other: [batch, heads, rows, size].
  static func stacked(_ base: UnsafeMutablePointer<Float>, rows: Int, heads: Int, size: Int) -> AttentionHeads {
    AttentionHeads(base: base, strides: (heads * rows * size, rows * size, size))
  }

  func matrix(_ batch: Int, _ head: Int) -> UnsafeMutablePointer<Float> {
    base + batch * strides.batch + head * strides.head
  }
}

/// Which keys a query sees, and what is added to the scores of each.
struct AttentionMask: @unchecked Sendable {  // the pointers are only used while the caller waits
  /// A tensor broadcast to [batch, heads, queries, keys]; keys beyond its last dimension are hidden.
  struct Layer {
    let tensor: Tensor
    private let strides: [Int]
    private let keys: Int

    /// Throws `ShapeError` unless the shape can be broadcast; the last dimension may be shorter.
    init(_ tensor: Tensor, batch: Int, heads: Int, queries: Int, keys: Int) throws {
      self.tensor = tensor
      (strides, self.keys) = try Self.layout(tensor.shape, batch: batch, heads: heads, queries: queries, keys: keys)
    }

    static func check(_ shape: [Int], batch: Int, heads: Int, queries: Int, keys: Int) throws {
      _ = try layout(shape, batch: batch, heads: heads, queries: queries, keys: keys)
    }

    private static func layout(
      _ shape: [Int], batch: Int, heads: Int, queries: Int, keys: Int
    ) throws -> (strides: [Int], keys: Int) {
      let full = [Int](repeating: 1, count: max(0, 4 - shape.count)) + shape
      guard shape.count <= 4, !shape.isEmpty, full[3] <= keys,
        zip(full, [batch, heads, queries]).allSatisfy({ $0 == 1 || $0 == $1 })
      else { throw ShapeError("a mask \(shape) for [\(batch), \(heads), \(queries), \(keys)]") }
      let strides = rowMajorStrides(full)
      return ((0..<3).map { full[$0] == 1 ? 0 : strides[$0] }, full[3])
    }

    fileprivate func apply(
      _ batch: Int, _ head: Int, _ query: Int, to row: UnsafeMutablePointer<Float>, count: Int, hidden: Float,
      _ kernels: Kernels
    ) {
      let start = batch * strides[0] + head * strides[1] + query * strides[2]
      if tensor.elementType == .float32 {
        kernels.combine(.add, row, tensor.floats + start, into: row, count: keys)
      } else {
        let flags = tensor.bytes.assumingMemoryBound(to: UInt8.self) + start
        for key in 0..<keys where flags[key] == 0 { hide(row + key, hidden) }
      }
      for key in keys..<max(keys, count) { hide(row + key, hidden) }
    }
  }

  /// float32 layers are added; of others 0 hides.
  var layers: [Layer] = []
  /// By element of the batch (one for all): query i sees no key beyond i + offset.
  var causalOffsets: [Int]?
  /// By element of the batch: the keys that can be seen at all.
  var keyRanges: [Range<Int>]?
  /// How many keys before and after i + offset a query sees; `nil` is no limit.
  var window: (before: Int?, after: Int?, offsets: [Int])?
  /// What is added to the score of a key that is hidden by a layer or range; causality and window hide altogether.
  var hidden: Float = -.infinity

  fileprivate func apply(
    _ batch: Int, _ head: Int, _ query: Int, to row: UnsafeMutablePointer<Float>, count: Int, _ kernels: Kernels
  ) {
    for layer in layers { layer.apply(batch, head, query, to: row, count: count, hidden: hidden, kernels) }
    if let keyRanges {
      let range = keyRanges[batch]
      for key in 0..<count where !range.contains(key) { hide(row + key, hidden) }
    }
    if let causalOffsets {
      let last = query + causalOffsets[causalOffsets.count == 1 ? 0 : batch]
      for key in max(0, last + 1)..<max(max(0, last + 1), count) { row[key] = -.infinity }
    }
    if let window {
      let place = query + window.offsets[window.offsets.count == 1 ? 0 : batch]
      for key in 0..<count {
        let isBefore = window.before.map { place - key > $0 } ?? false
        let isAfter = window.after.map { key - place > $0 } ?? false
        if isBefore || isAfter { row[key] = -.infinity }
      }
    }
  }
}

@inline(__always)
private func hide(_ score: UnsafeMutablePointer<Float>, _ hidden: Float) {
  // An infinite score less infinity would be NaN.
  score.pointee = hidden == -.infinity ? hidden : score.pointee + hidden
}

/// Scaled dot-product attention over heads of any layout: `softmax(mask(cap(Q · Kᵀ · scale))) · V`.
///
/// A query all of whose keys are hidden with minus infinity yields zeros. MACs: batch · heads · queries · keys ·
/// (size + valueSize). Source: Vaswani et al., "Attention Is All You Need", 2017.
struct AttentionKernel: Sendable {
  /// Which scores are handed out.
  enum Stage: Int, Sendable { case product, capped, masked, probabilities }

  let batch: Int
  let heads: Int
  /// Heads of keys and values; each serves `heads / keyHeads` heads of queries in a row.
  let keyHeads: Int
  let queries: Int
  let keys: Int
  let size: Int
  let valueSize: Int
  let scale: Float
  var softcap: Float = 0
  var mask = AttentionMask()
  /// Where the scores [batch, heads, queries, keys] go, and as of when.
  var capture: (stage: Stage, scores: Tensor)?

  func run(
    _ query: AttentionHeads, _ key: AttentionHeads, _ value: AttentionHeads, into output: AttentionHeads,
    using context: ExecutionContext
  ) {
    guard batch * heads * queries > 0 else { return }
    // Blocks of queries whose scores stay in the second cache, but enough of them that packing the keys pays.
    let rows = min(queries, max(64, (1 << 17) / max(1, keys)))
    let blocks = (queries + rows - 1) / rows
    context.parallel(batch * heads * blocks) { task in
      let (head, block) = task.quotientAndRemainder(dividingBy: blocks)
      let first = block * rows
      run(
        batch: head / heads, head: head % heads, rows: first..<min(queries, first + rows), query, key, value, output,
        context)
    }
  }

  private func run(
    batch: Int, head: Int, rows: Range<Int>, _ query: AttentionHeads, _ key: AttentionHeads, _ value: AttentionHeads,
    _ output: AttentionHeads, _ context: ExecutionContext
  ) {
    let keyHead = head / (heads / keyHeads)
    let q = query.matrix(batch, head) + rows.lowerBound * query.strides.row
    let (k, v) = (key.matrix(batch, keyHead), value.matrix(batch, keyHead))
    let target = output.matrix(batch, head) + rows.lowerBound * output.strides.row
    guard keys > 0 else {
      for row in 0..<rows.count { (target + row * output.strides.row).update(repeating: 0, count: valueSize) }
      return
    }
    let kernels = context.kernels
    ScratchPool.shared.withFloats(rows.count * keys + kernels.lanes) { scores in
      if rows.count == 1 {
        kernels.table.pointee.dot_rows(k, key.strides.row, keys, size, q, scores)
      } else {
        BlockedProduct(
          m: rows.count, n: keys, k: size, left: .along(q, stride: query.strides.row),
          right: .along(k, stride: key.strides.row), target: scores, targetStride: keys, epilogue: nil, residual: nil
        ).run(using: context)
      }
      for row in 0..<rows.count {
        finish(scores + row * keys, batch: batch, head: head, query: rows.lowerBound + row, kernels)
      }
      if rows.count == 1 {
        kernels.table.pointee.combine_rows(v, value.strides.row, keys, valueSize, scores, target)
      } else {
        BlockedProduct(
          m: rows.count, n: valueSize, k: keys, left: .along(scores, stride: keys),
          right: .across(v, stride: value.strides.row), target: target, targetStride: output.strides.row,
          epilogue: nil, residual: nil
        ).run(using: context)
      }
    }
  }

  /// From products to probabilities.
  private func finish(
    _ row: UnsafeMutablePointer<Float>, batch: Int, head: Int, query: Int, _ kernels: Kernels
  ) {
    func handOut(_ stage: Stage) {
      guard let capture, capture.stage == stage else { return }
      (capture.scores.floats + ((batch * heads + head) * queries + query) * keys).update(from: row, count: keys)
    }
    var factor = scale
    kernels.combine(.multiply, row, &factor, bStep: 0, into: row, count: keys)
    handOut(.product)
    if softcap > 0 { kernels.apply(.scaledTanh(alpha: softcap, beta: 1 / softcap), row, into: row, count: keys) }
    handOut(.capped)
    mask.apply(batch, head, query, to: row, count: keys, kernels)
    handOut(.masked)
    if kernels.maximum(row, count: keys) == -.infinity {
      row.update(repeating: 0, count: keys)
    } else {
      kernels.softmax(row, into: row, count: keys)
    }
    handOut(.probabilities)
  }
}

/// Copies a cache and what is new behind it into one, both [batch, heads, length, size].
func joinCache(
  _ past: Tensor?, _ added: AttentionHeads, rows: Int, batch: Int, heads: Int, size: Int, into present: Tensor
) {
  let before = past.map { $0.shape[$0.shape.count - 2] } ?? 0
  for index in 0..<batch * heads {
    let target = present.floats + index * (before + rows) * size
    if let past { target.update(from: past.floats + index * before * size, count: before * size) }
    let source = added.matrix(index / heads, index % heads)
    for row in 0..<rows {
      (target + (before + row) * size).update(from: source + row * added.strides.row, count: size)
    }
  }
}
