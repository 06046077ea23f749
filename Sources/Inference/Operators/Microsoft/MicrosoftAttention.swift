/// Multi-head self-attention with the projections of its input.
///
/// input [B, S, D], weights [D, Q + K + V], bias? [Q + K + V], mask_index? (see `PaddingMask`), past? [2, B, N, P, H],
/// attention_bias? [1 or B, 1 or N, S, P + S] -> output [B, S, V], present [2, B, N, P + S, H], float32.
/// MACs: B · S · D · (Q + K + V) + B · N · S · (P + S) · (H + Hv). Source: onnxruntime, com.microsoft.Attention.
struct MicrosoftAttention: KernelOperator {
  static let onnxName = "Attention"
  static var domain: String { "com.microsoft" }
  let settings: Settings

  init(from attributes: inout AttributeReader) throws { settings = try Settings(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let weights = try inputs.requiredFloat(1, "weights").shape
    let sizes = try settings.sizes(
      inputs, input: inputs.requiredFloat(0, "input").shape, weights: weights,
      extras: .init(mask: 3, past: 4, bias: 5))
    if inputs.optional(2) != nil {
      let bias = try inputs.requiredFloat(2, "bias").shape
      guard bias == [weights[1]] else { throw ShapeError("bias \(bias) for weights \(weights)") }
    }
    return sizes.outputTypes
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let input = inputs.optional(0)?.shape, let weights = inputs.optional(1)?.shape,
      let sizes = try? settings.sizes(
        inputs, input: input, weights: weights, extras: .init(mask: 3, past: 4, bias: 5))
    else { return 0 }
    return sizes.macs(width: weights[1], depth: weights[0])
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> any PreparedKernel {
    let (input, weights) = (try inputs.requiredFloat(0, "input").shape, try inputs.requiredFloat(1, "weights"))
    let sizes = try settings.sizes(
      inputs, input: input, weights: weights.shape, extras: .init(mask: 3, past: 4, bias: 5))
    let product = try MatrixProductKernel(
      .init(
        m: sizes.batch * sizes.queries, n: weights.shape[1], k: weights.shape[0], transposesA: false,
        transposesB: false, batches: []),
      alpha: 1, beta: 1, constantB: weights.constant, addend: nil, epilogue: Epilogue(), using: context)
    return Kernel(settings: settings, sizes: sizes, projection: product, width: weights.shape[1])
  }

  private struct Kernel: PreparedKernel {
    let settings: Settings
    let sizes: Sizes
    let projection: MatrixProductKernel
    let width: Int

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      let projected = Tensor(zeros: .float32, shape: [sizes.batch * sizes.queries, width])
      try projection.run(
        [try inputs.required(0), try inputs.required(1)], residual: nil, into: [projected], using: context)
      if let bias = inputs.optional(2) {
        Elementwise.combine(.add, projected, bias, into: projected, context)
      }
      try settings.attend(
        projected, sizes, inputs, extras: .init(mask: 3, past: 4, bias: 5), into: outputs, context)
    }
  }
}

extension MicrosoftAttention {
  /// Where the optional inputs are that Attention and QAttention share.
  struct Extras {
    let mask: Int
    let past: Int
    /// `nil` where the operator has no such input.
    let bias: Int?
  }

  struct Sizes: Sendable {
    let batch: Int
    let queries: Int
    let past: Int
    /// The widths of the projections.
    let widths: [Int]
    let heads: Int
    var keys: Int { past + queries }
    var size: Int { widths[0] / heads }
    var valueSize: Int { widths[2] / heads }

    var outputTypes: [TensorType] {
      [
        TensorType(.float32, [batch, queries, widths[2]]),
        TensorType(.float32, [2, batch, heads, keys, size]),
      ]
    }

    func macs(width: Int, depth: Int) -> Int {
      let projection = Extent.saturatingProduct(batch, queries, width, depth)
      let scores = Extent.saturatingProduct(batch, heads, queries, keys, size + valueSize)
      let (sum, overflows) = projection.addingReportingOverflow(scores)
      return overflows ? .max : sum
    }
  }

  /// The attributes that Attention and QAttention share.
  struct Settings: Sendable {
    let heads: Int
    let isCausal: Bool
    let scale: Float?
    let hidden: Float
    let widths: [Int]?

    init(from attributes: inout AttributeReader) throws {
      (heads, isCausal, scale, hidden) = try MicrosoftAttention.commonAttributes(&attributes)
      widths = try attributes.intsIfPresent("qkv_hidden_sizes")
      guard try !attributes.flag("do_rotary", default: false),
        try !attributes.flag("past_present_share_buffer", default: false)
      else { throw ShapeError("do_rotary and past_present_share_buffer are not supported") }
      _ = try attributes.intIfPresent("rotary_embedding_dim")
    }

    func sizes(
      _ inputs: [TensorType?], input: [Int], weights: [Int], extras: Extras
    ) throws -> Sizes {
      let failure = ShapeError("attention of \(input) with weights \(weights) and \(heads) heads")
      guard input.count == 3, weights.count == 2, weights[0] == input[2] else { throw failure }
      let widths = self.widths ?? [Int](repeating: weights[1] / 3, count: 3)
      guard widths.count == 3, widths.allSatisfy({ $0 > 0 && $0 <= weights[1] && $0 % heads == 0 }),
        widths.reduce(0, +) == weights[1], widths[0] == widths[1]
      else { throw failure }
      var past = 0
      if inputs.optional(extras.past) != nil {
        let shape = try inputs.requiredFloat(extras.past, "past").shape
        guard shape.count == 5, shape == [2, input[0], heads, shape[3], widths[0] / heads], widths[2] == widths[0]
        else { throw ShapeError("past \(shape) for \(input) and \(heads) heads") }
        past = shape[3]
      }
      let sizes = Sizes(batch: input[0], queries: input[1], past: past, widths: widths, heads: heads)
      for type in sizes.outputTypes { _ = try checkedCount(type.shape) }
      if let mask = inputs.optional(extras.mask) {
        try PaddingMask.check(mask, batch: sizes.batch, queries: sizes.queries, keys: sizes.keys)
      }
      if let bias = extras.bias, inputs.optional(bias) != nil {
        try AttentionMask.Layer.check(
          inputs.requiredFloat(bias, "attention_bias").shape, batch: sizes.batch, heads: heads,
          queries: sizes.queries, keys: sizes.keys)
      }
      return sizes
    }

    /// Attention over the projections [B · S, Q + K + V].
    func attend(
      _ projected: Tensor, _ sizes: Sizes, _ inputs: [Tensor?], extras: Extras, into outputs: [Tensor?],
      _ context: ExecutionContext
    ) throws {
      let output = try outputs.required(0)
      let (rows, width) = (sizes.queries, sizes.widths.reduce(0, +))
      func part(_ offset: Int, _ size: Int) -> AttentionHeads {
        .sideBySide(projected.floats + offset, rows: rows, heads: heads, size: size, rowStride: width)
      }
      var key = part(sizes.widths[0], sizes.size)
      var value = part(sizes.widths[0] + sizes.widths[1], sizes.valueSize)
      let past = inputs.optional(extras.past)
      let wanted = outputs.optional(1)
      if wanted != nil, sizes.size != sizes.valueSize { throw ShapeError("present needs keys and values of one size") }
      let shape = sizes.outputTypes[1].shape
      let present = wanted ?? (past == nil ? nil : Tensor(zeros: .float32, shape: shape))
      if let present {
        let half = present.elementCount / 2
        for (index, added) in [key, value].enumerated() {
          let target = Tensor(
            .float32, shape: Array(shape[1...]), storage: present.storage,
            byteOffset: present.byteOffset + index * half * 4)
          let before = past.map { past in
            Tensor(
              .float32, shape: Array(past.shape[1...]), storage: past.storage,
              byteOffset: past.byteOffset + index * past.byteCount / 2)
          }
          joinCache(
            before, added, rows: rows, batch: sizes.batch, heads: heads, size: sizes.size, into: target)
        }
        key = .stacked(present.floats, rows: sizes.keys, heads: heads, size: sizes.size)
        value = .stacked(present.floats + half, rows: sizes.keys, heads: heads, size: sizes.size)
      }
      var kernel = AttentionKernel(
        batch: sizes.batch, heads: heads, keyHeads: heads, queries: rows, keys: sizes.keys, size: sizes.size,
        valueSize: sizes.valueSize, scale: scale ?? 1 / Float(sizes.size).squareRoot())
      kernel.mask.hidden = hidden
      if let mask = inputs.optional(extras.mask) {
        try PaddingMask.add(
          mask, to: &kernel.mask, batch: sizes.batch, heads: heads, queries: rows, keys: sizes.keys)
      }
      if let index = extras.bias, let bias = inputs.optional(index) {
        kernel.mask.layers.append(
          try .init(bias, batch: sizes.batch, heads: heads, queries: rows, keys: sizes.keys))
      }
      if isCausal { kernel.mask.causalOffsets = [sizes.past] }
      withExtendedLifetime((projected, present)) {
        kernel.run(
          part(0, sizes.size), key, value,
          into: .sideBySide(output.floats, rows: rows, heads: heads, size: sizes.valueSize), using: context)
      }
    }
  }
}

extension MicrosoftAttention {
  /// Reads what all attention operators of the domain have: the heads, whether later keys are hidden, the factor of the
  /// scores (`nil` for 1 / sqrt(H)), and what is added to the scores that a mask hides.
  static func commonAttributes(
    _ attributes: inout AttributeReader
  ) throws -> (heads: Int, isCausal: Bool, scale: Float?, hidden: Float) {
    let heads = try attributes.int("num_heads", default: 0)
    guard heads > 0 else { throw ShapeError("attribute 'num_heads' must be positive") }
    let scale = try attributes.float("scale", default: 0)
    return (
      heads, try attributes.flag("unidirectional", default: false), scale == 0 ? nil : scale,
      try attributes.float("mask_filter_value", default: -10000)
    )
  }
}
