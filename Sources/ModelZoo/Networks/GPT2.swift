import Inference

/// GPT-2 small over a prompt of 128 tokens: token ids -> logits of the next token at every position.
///
/// 12 layers of 768 with 12 heads; the last product shares the token embeddings.
struct GPT2: ZooNetwork {
  let description = NetworkDescription(
    "gpt2", "GPT-2 small (prefill)", input: [1, 128], .int64, vocabulary: 50_257,
    citation: "Radford et al., \"Language Models are Unsupervised Multitask Learners\", OpenAI 2019")

  private static let width = 768
  private static let blocks = 12
  private static let vocabulary = 50_257
  private static let epsilon: Float = 1e-5

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let shape = try net.shape(of: input)
    let tokens = net.parameter("transformer.wte.weight", [Self.vocabulary, Self.width], .normal(deviation: 0.02))
    let positions = net.parameter("transformer.wpe.weight", [1024, Self.width], .normal(deviation: 0.01))
    let ids = net.constant(
      "transformer.position_ids", Tensor(int64s: Array(0..<shape[1])).reshaped([1, shape[1]]))
    var value = try net.add(
      "transformer.add", net.embedding("transformer.wte", tokens, input, power: 4e-4),
      net.embedding("transformer.wpe", positions, ids, power: 1e-4))
    for index in 0..<Self.blocks { value = try block("transformer.h.\(index)", value, in: &net) }
    value = try net.layerNormalization("transformer.ln_f", value, epsilon: Self.epsilon)
    return try logits(value, tokens, shape: shape + [Self.vocabulary], in: &net)
  }

  private func block(_ name: String, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    // Both branches of all blocks together add about as much as one of them would undamped (section 2.3 of the paper).
    let power = 1 / Float(2 * Self.blocks)
    var value = try net.layerNormalization("\(name).ln_1", input, epsilon: Self.epsilon)
    value = try net.projection("\(name).attn.c_attn", value, 3 * Self.width)
    let sizes = net.integers("\(name).attn.split.sizes", [Self.width, Self.width, Self.width])
    let parts = try net.applyAll("Split", "\(name).attn.split", [value, sizes], ["axis": .int(2)], outputs: 3)
    value = try net.attention(
      "\(name).attn", query: parts[0], key: parts[1], value: parts[2], heads: 12, isCausal: true)
    value = try net.projection("\(name).attn.c_proj", value, Self.width, power: power)
    let attended = try net.add("\(name).add", value, input)
    value = try net.layerNormalization("\(name).ln_2", attended, epsilon: Self.epsilon)
    value = try net.projection("\(name).mlp.c_fc", value, 4 * Self.width)
    value = try net.geluByTanh("\(name).mlp.act", value)
    value = try net.projection("\(name).mlp.c_proj", value, Self.width, power: power)
    return try net.add("\(name).add", attended, value)
  }

  /// Gemm with transB on rows of tokens reads the embedding table as it lies, where MatMul would need it transposed.
  private func logits(_ input: ValueID, _ tokens: ValueID, shape: [Int], in net: inout NetworkBuilder) throws
    -> ValueID
  {
    let rows = net.integers("lm_head.rows.shape", [-1, Self.width])
    let result = net.integers("lm_head.logits.shape", shape)
    var value = try net.apply("Reshape", "lm_head.rows", [input, rows])
    value = try net.apply("Gemm", "lm_head", [value, tokens], ["transB": .int(1)])
    return try net.apply("Reshape", "lm_head.logits", [value, result])
  }
}
