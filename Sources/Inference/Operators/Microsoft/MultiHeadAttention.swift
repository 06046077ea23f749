/// Multi-head attention over queries, keys and values that are projected already.
///
/// query [B, S, N · H] with key and value [B, L, N · H] or [B, N, L, H]; or key [B, L, N, 2, H] with the values; or
/// query [B, S, N, 3, H] with all. bias? [N · H + N · H + N · Hv], key_padding_mask? (see `PaddingMask`),
/// attention_bias? [1 or B, 1 or N, S, P + L], past_key? and past_value? [B, N, P, H] -> output [B, S, N · Hv],
/// present_key, present_value [B, N, P + L, H], qk [B, N, S, P + L], float32.
/// MACs: B · N · S · (P + L) · (H + Hv). Source: onnxruntime, com.microsoft.MultiHeadAttention.
struct MultiHeadAttention: Operator {
  static let onnxName = "MultiHeadAttention"
  static var domain: String { "com.microsoft" }
  let heads: Int
  let isCausal: Bool
  let scale: Float?
  let hidden: Float

  init(from attributes: inout AttributeReader) throws {
    (heads, isCausal, scale, hidden) = try MicrosoftAttention.commonAttributes(&attributes)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let sizes = try sizes(of: inputs)
    func cache(_ size: Int) -> TensorType { TensorType(.float32, [sizes.batch, heads, sizes.keys, size]) }
    let scores = [sizes.batch, heads, sizes.queries, sizes.keys]
    _ = try checkedCount(scores)
    return [
      TensorType(.float32, [sizes.batch, sizes.queries, heads * sizes.valueSize]), cache(sizes.size),
      cache(sizes.valueSize), TensorType(.float32, scores),
    ]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let sizes = try? sizes(of: inputs) else { return 0 }
    return Extent.saturatingProduct(
      sizes.batch, heads, sizes.queries, sizes.keys, sizes.size + sizes.valueSize)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let sizes = try sizes(of: inputs.knownTypes)
    let output = try outputs.required(0)
    var kept: [Tensor] = []
    // Queries, keys and values, with their parts of the bias added.
    var parts: [AttentionHeads] = []
    for index in 0..<3 {
      let size = index == 2 ? sizes.valueSize : sizes.size
      let rows = index == 0 ? sizes.queries : sizes.newKeys
      let source = try operand(index, inputs, sizes)
      guard let bias = inputs.optional(3), index == 0 || !sizes.isStacked else {
        parts.append(source)
        continue
      }
      let start = index * heads * sizes.size
      let sum = Tensor(zeros: .float32, shape: [sizes.batch, rows, heads * size])
      let target = AttentionHeads.sideBySide(sum.floats, rows: rows, heads: heads, size: size)
      for part in 0..<sizes.batch * heads {
        let (element, head) = part.quotientAndRemainder(dividingBy: heads)
        for row in 0..<rows {
          context.kernels.combine(
            .add, source.matrix(element, head) + row * source.strides.row, bias.floats + start + head * size,
            into: target.matrix(element, head) + row * target.strides.row, count: size)
        }
      }
      kept.append(sum)
      parts.append(target)
    }
    for (index, size) in [(1, sizes.size), (2, sizes.valueSize)] {
      let past = inputs.optional(5 + index)
      guard past != nil || outputs.optional(index) != nil else { continue }
      let present = outputs.optional(index) ?? Tensor(zeros: .float32, shape: [sizes.batch, heads, sizes.keys, size])
      joinCache(
        past, parts[index], rows: sizes.newKeys, batch: sizes.batch, heads: heads, size: size, into: present)
      kept.append(present)
      parts[index] = .stacked(present.floats, rows: sizes.keys, heads: heads, size: size)
    }
    var kernel = AttentionKernel(
      batch: sizes.batch, heads: heads, keyHeads: heads, queries: sizes.queries, keys: sizes.keys, size: sizes.size,
      valueSize: sizes.valueSize, scale: scale ?? 1 / Float(sizes.size).squareRoot())
    kernel.mask.hidden = hidden
    if let mask = inputs.optional(4) {
      try PaddingMask.add(
        mask, to: &kernel.mask, batch: sizes.batch, heads: heads, queries: sizes.queries, keys: sizes.keys)
    }
    if let bias = inputs.optional(5) {
      kernel.mask.layers.append(
        try .init(bias, batch: sizes.batch, heads: heads, queries: sizes.queries, keys: sizes.keys))
    }
    if isCausal { kernel.mask.causalOffsets = [sizes.past] }
    if let scores = outputs.optional(3) { kernel.capture = (.product, scores) }
    withExtendedLifetime((inputs, kept)) {
      kernel.run(
        parts[0], parts[1], parts[2],
        into: .sideBySide(output.floats, rows: sizes.queries, heads: heads, size: sizes.valueSize), using: context)
    }
  }

  /// Queries (0), keys (1) or values (2) as they are given.
  private func operand(_ index: Int, _ inputs: [Tensor?], _ sizes: Sizes) throws -> AttentionHeads {
    let query = try inputs.required(0)
    if sizes.packing == 3 {
      // [B, S, N, 3, H]: the three lie side by side in each head.
      let row = heads * 3 * sizes.size
      return AttentionHeads(
        base: query.floats + index * sizes.size, strides: (sizes.queries * row, 3 * sizes.size, row))
    }
    if index == 0 { return .sideBySide(query.floats, rows: sizes.queries, heads: heads, size: sizes.size) }
    if sizes.packing == 2 {
      let row = heads * 2 * sizes.size
      return AttentionHeads(
        base: try inputs.required(1).floats + (index - 1) * sizes.size,
        strides: (sizes.newKeys * row, 2 * sizes.size, row))
    }
    let (tensor, size) = (try inputs.required(index), index == 2 ? sizes.valueSize : sizes.size)
    return sizes.isStacked
      ? .stacked(tensor.floats, rows: sizes.newKeys, heads: heads, size: size)
      : .sideBySide(tensor.floats, rows: sizes.newKeys, heads: heads, size: size)
  }

  private struct Sizes {
    /// How many of queries, keys and values lie together in one tensor.
    var packing = 1
    /// Whether keys and values are [B, N, L, H].
    var isStacked = false
    var (batch, queries, newKeys, past, size, valueSize) = (0, 0, 0, 0, 0, 0)
    var keys: Int { past + newKeys }
  }

  private func sizes(of inputs: [TensorType?]) throws -> Sizes {
    let q = try inputs.requiredFloat(0, "query").shape
    let (key, value) = (
      try inputs.optional(1) == nil ? nil : inputs.requiredFloat(1, "key").shape,
      try inputs.optional(2) == nil ? nil : inputs.requiredFloat(2, "value").shape
    )
    let failure = ShapeError(
      "attention of \(q) over keys \(key ?? []) and values \(value ?? []) with \(heads) heads")
    guard q.count >= 3 else { throw failure }
    var sizes = Sizes()
    (sizes.batch, sizes.queries) = (q[0], q[1])
    switch (q.count, key, value) {
    case (5, nil, nil):
      guard q[2] == heads, q[3] == 3 else { throw failure }
      sizes.packing = 3
      (sizes.newKeys, sizes.size, sizes.valueSize) = (q[1], q[4], q[4])
    case (3, let k?, nil):
      guard k.count == 5, k[0] == q[0], k[2] == heads, k[3] == 2,
        heads.multipliedReportingOverflow(by: k[4]) == (q[2], false)
      else { throw failure }
      sizes.packing = 2
      (sizes.newKeys, sizes.size, sizes.valueSize) = (k[1], k[4], k[4])
    case (3, let k?, let v?) where k.count == 4 && v.count == 4:
      guard k[0] == q[0], v[0] == q[0], k[1] == heads, v[1] == heads, k[2] == v[2], q[2] % heads == 0,
        q[2] / heads == k[3]
      else { throw failure }
      sizes.isStacked = true
      (sizes.newKeys, sizes.size, sizes.valueSize) = (k[2], k[3], v[3])
    case (3, let k?, let v?) where k.count == 3 && v.count == 3:
      guard k[0] == q[0], v[0] == q[0], k[1] == v[1], k[2] == q[2], q[2] % heads == 0, v[2] % heads == 0
      else { throw failure }
      (sizes.newKeys, sizes.size, sizes.valueSize) = (k[1], q[2] / heads, v[2] / heads)
    default: throw failure
    }
    guard sizes.size > 0 else { throw failure }
    if inputs.optional(3) != nil {
      let bias = try inputs.requiredFloat(3, "bias").shape
      guard bias == [heads * (2 * sizes.size + sizes.valueSize)] else { throw ShapeError("bias \(bias) for \(q)") }
    }
    guard (inputs.optional(6) == nil) == (inputs.optional(7) == nil) else {
      throw ShapeError("past_key and past_value go together")
    }
    if inputs.optional(6) != nil {
      let (past, pastValue) = (
        try inputs.requiredFloat(6, "past_key").shape, try inputs.requiredFloat(7, "past_value").shape
      )
      guard past.count == 4, past == [sizes.batch, heads, past[2], sizes.size],
        pastValue == [sizes.batch, heads, past[2], sizes.valueSize]
      else { throw ShapeError("past_key \(past) and past_value \(pastValue) for \(q) and \(heads) heads") }
      sizes.past = past[2]
    }
    guard inputs.count <= 8 || inputs[8...].allSatisfy({ $0 == nil }) else {
      throw ShapeError("a shared cache (past_sequence_length, cache_indirection) is not supported")
    }
    if let mask = inputs.optional(4) {
      try PaddingMask.check(mask, batch: sizes.batch, queries: sizes.queries, keys: sizes.keys)
    }
    if inputs.optional(5) != nil {
      try AttentionMask.Layer.check(
        inputs.requiredFloat(5, "attention_bias").shape, batch: sizes.batch, heads: heads, queries: sizes.queries,
        keys: sizes.keys)
    }
    return sizes
  }
}
