/// Scaled dot-product attention, with fewer key heads than query heads, masks, a cache and a cap on the scores.
///
/// Q [B, Lq, Hq · D] or [B, Hq, Lq, D], K and V alike with Hkv heads; attn_mask? (bool, or float32 to be added)
/// broadcast to [B, Hq, Lq, L], past_key? and past_value? [B, Hkv, P, D], nonpad_kv_seqlen? [B] -> Y as Q, present_key,
/// present_value [B, Hkv, L, D] with L = P + Lk, qk_matmul_output [B, Hq, Lq, L], float32.
/// MACs: B · Hq · Lq · L · (D + Dv). Source: ONNX Attention, opset 23 to 25.
struct Attention: Operator {
  static let onnxName = "Attention"
  let isCausal: Bool
  let queryHeads: Int?
  let keyHeads: Int?
  let stage: AttentionKernel.Stage
  let scale: Float?
  let softcap: Float
  let window: (before: Int?, after: Int?)

  init(from attributes: inout AttributeReader) throws {
    isCausal = try attributes.flag("is_causal", default: false)
    queryHeads = try attributes.intIfPresent("q_num_heads")
    keyHeads = try attributes.intIfPresent("kv_num_heads")
    let mode = try attributes.int("qk_matmul_output_mode", default: 0)
    guard let stage = AttentionKernel.Stage(rawValue: mode) else {
      throw ShapeError("qk_matmul_output_mode \(mode) is not between 0 and 3")
    }
    self.stage = stage
    scale = try attributes.floatIfPresent("scale")
    softcap = try attributes.float("softcap", default: 0)
    _ = try attributes.intIfPresent("softmax_precision")
    func limit(_ name: String) throws -> Int? {
      let size = try attributes.int(name, default: -1)
      guard size >= -1 else { throw ShapeError("\(name) must not be below -1") }
      return size < 0 ? nil : size
    }
    window = (try limit("left_window_size"), try limit("right_window_size"))
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let sizes = try sizes(of: inputs)
    func cache(_ size: Int) -> TensorType {
      TensorType(.float32, [sizes.batch, sizes.keyHeads, sizes.keys, size])
    }
    let scores = [sizes.batch, sizes.heads, sizes.queries, sizes.keys]
    _ = try checkedCount(scores)
    return [
      TensorType(.float32, sizes.outputShape), cache(sizes.size), cache(sizes.valueSize), TensorType(.float32, scores),
    ]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let sizes = try? sizes(of: inputs) else { return 0 }
    return Extent.saturatingProduct(
      sizes.batch, sizes.heads, sizes.queries, sizes.keys, sizes.size + sizes.valueSize)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let sizes = try sizes(of: inputs.knownTypes)
    func heads(_ tensor: Tensor, rows: Int, heads: Int, size: Int) -> AttentionHeads {
      sizes.isStacked
        ? .stacked(tensor.floats, rows: rows, heads: heads, size: size)
        : .sideBySide(tensor.floats, rows: rows, heads: heads, size: size)
    }
    let output = try outputs.required(0)
    var caches: [AttentionHeads] = []
    var kept: [Tensor] = []
    for (index, size) in [(1, sizes.size), (2, sizes.valueSize)] {
      let added = heads(try inputs.required(index), rows: sizes.newKeys, heads: sizes.keyHeads, size: size)
      let past = inputs.optional(index + 3)
      guard past != nil || outputs.optional(index) != nil else {
        caches.append(added)
        continue
      }
      let present =
        outputs.optional(index)
        ?? Tensor(zeros: .float32, shape: [sizes.batch, sizes.keyHeads, sizes.keys, size])
      joinCache(
        past, added, rows: sizes.newKeys, batch: sizes.batch, heads: sizes.keyHeads, size: size, into: present)
      kept.append(present)
      caches.append(.stacked(present.floats, rows: sizes.keys, heads: sizes.keyHeads, size: size))
    }
    var kernel = AttentionKernel(
      batch: sizes.batch, heads: sizes.heads, keyHeads: sizes.keyHeads, queries: sizes.queries, keys: sizes.keys,
      size: sizes.size, valueSize: sizes.valueSize, scale: scale ?? 1 / Float(sizes.size).squareRoot(),
      softcap: softcap)
    kernel.mask = try mask(inputs, sizes)
    if let scores = outputs.optional(3) { kernel.capture = (stage, scores) }
    withExtendedLifetime((inputs, kept)) {
      kernel.run(
        heads(inputs[0] ?? output, rows: sizes.queries, heads: sizes.heads, size: sizes.size), caches[0], caches[1],
        into: heads(output, rows: sizes.queries, heads: sizes.heads, size: sizes.valueSize), using: context)
    }
  }

  private func mask(_ inputs: [Tensor?], _ sizes: Sizes) throws -> AttentionMask {
    var mask = AttentionMask()
    if let given = inputs.optional(3) {
      mask.layers = [
        try .init(given, batch: sizes.batch, heads: sizes.heads, queries: sizes.queries, keys: sizes.keys)
      ]
    }
    // Queries come last among the keys that count.
    var offsets = [sizes.past]
    if inputs.optional(6) != nil {
      let lengths = try inputs.integers(6)
      for length in lengths where length < 0 || length > sizes.keys {
        throw ExecutionError("\(length) valid keys of \(sizes.keys)")
      }
      mask.keyRanges = lengths.map { 0..<$0 }
      offsets = lengths.map { $0 - sizes.queries }
    }
    if isCausal { mask.causalOffsets = offsets }
    if window.before != nil || window.after != nil { mask.window = (window.before, window.after, offsets) }
    return mask
  }

  private struct Sizes {
    var isStacked = false
    var (batch, heads, keyHeads, queries, newKeys, past, size, valueSize) = (0, 0, 0, 0, 0, 0, 0, 0)
    var keys: Int { past + newKeys }
    var outputShape: [Int] {
      isStacked ? [batch, heads, queries, valueSize] : [batch, queries, heads * valueSize]
    }
  }

  private func sizes(of inputs: [TensorType?]) throws -> Sizes {
    let (q, k, v) = (
      try inputs.requiredFloat(0, "Q").shape, try inputs.requiredFloat(1, "K").shape,
      try inputs.requiredFloat(2, "V").shape
    )
    let failure = ShapeError("attention of \(q) over keys \(k) and values \(v)")
    guard q.count == k.count, q.count == v.count, q[0] == k[0], q[0] == v[0] else { throw failure }
    var sizes = Sizes()
    sizes.batch = q[0]
    switch q.count {
    case 4:
      sizes.isStacked = true
      (sizes.heads, sizes.queries, sizes.size) = (q[1], q[2], q[3])
      (sizes.keyHeads, sizes.newKeys, sizes.valueSize) = (k[1], k[2], v[3])
      guard v[1] == k[1], v[2] == k[2], k[3] == q[3] else { throw failure }
    case 3:
      guard let heads = queryHeads, let keyHeads, heads > 0, keyHeads > 0, q[2] % heads == 0, k[2] % keyHeads == 0,
        v[2] % keyHeads == 0, q[2] / heads == k[2] / keyHeads, k[1] == v[1]
      else { throw failure }
      (sizes.heads, sizes.queries, sizes.size) = (heads, q[1], q[2] / heads)
      (sizes.keyHeads, sizes.newKeys, sizes.valueSize) = (keyHeads, k[1], v[2] / keyHeads)
    default: throw failure
    }
    guard sizes.keyHeads > 0, sizes.heads % sizes.keyHeads == 0 else {
      throw ShapeError("\(sizes.heads) query heads do not share \(sizes.keyHeads) key heads evenly")
    }
    guard (inputs.optional(4) == nil) == (inputs.optional(5) == nil) else {
      throw ShapeError("past_key and past_value go together")
    }
    if inputs.optional(4) != nil {
      let (past, pastValue) = (
        try inputs.requiredFloat(4, "past_key").shape, try inputs.requiredFloat(5, "past_value").shape
      )
      guard past.count == 4, past[0] == sizes.batch, past[1] == sizes.keyHeads, past[3] == sizes.size,
        pastValue == [sizes.batch, sizes.keyHeads, past[2], sizes.valueSize], inputs.optional(6) == nil
      else { throw ShapeError("past_key \(past) and past_value \(pastValue) for keys \(k) and values \(v)") }
      sizes.past = past[2]
    }
    if let lengths = inputs.optional(6) {
      try checkIndexType(lengths)
      guard lengths.elementCount == sizes.batch else { throw ShapeError("nonpad_kv_seqlen \(lengths.shape)") }
    }
    if let mask = inputs.optional(3) {
      guard mask.elementType == .bool || mask.elementType == .float32 else {
        throw ShapeError("attn_mask is \(mask.elementType), not bool or as Q")
      }
      try AttentionMask.Layer.check(
        mask.shape, batch: sizes.batch, heads: sizes.heads, queries: sizes.queries, keys: sizes.keys)
    }
    return sizes
  }
}
