import Inference

/// An encoder of DistilBERT's size with its embeddings: 6 layers of 768 with 12 heads on 128 token ids.
struct DistilBERT: ZooNetwork {
  let description = NetworkDescription(
    "distilbert", "DistilBERT encoder", input: [1, 128], .int64, vocabulary: 30_522,
    citation: "Sanh et al., \"DistilBERT, a distilled version of BERT\", arXiv:1910.01108")

  private static let width = 768
  private static let epsilon: Float = 1e-12

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let length = try net.shape(of: input)[1]
    let words = net.parameter(
      "embeddings.word_embeddings.weight", [30_522, Self.width], .normal(deviation: 0.02))
    let positions = net.parameter(
      "embeddings.position_embeddings.weight", [512, Self.width], .normal(deviation: 0.02))
    let ids = net.constant(
      "embeddings.position_ids", Tensor(int64s: Array(0..<length)).reshaped([1, length]))
    var value = try net.add(
      "embeddings.add", net.embedding("embeddings.word_embeddings", words, input, power: 4e-4),
      net.embedding("embeddings.position_embeddings", positions, ids, power: 4e-4))
    value = try net.layerNormalization("embeddings.LayerNorm", value, epsilon: Self.epsilon)
    return try (0..<6).reduce(value) { try layer("transformer.layer.\($1)", $0, in: &net) }
  }

  private func layer(_ name: String, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let attention = "\(name).attention"
    var value = try net.attention(
      attention, query: net.projection("\(attention).q_lin", input, Self.width),
      key: net.projection("\(attention).k_lin", input, Self.width),
      value: net.projection("\(attention).v_lin", input, Self.width), heads: 12)
    value = try net.projection("\(attention).out_lin", value, Self.width)
    value = try net.add("\(attention).add", value, input)
    let attended = try net.layerNormalization("\(name).sa_layer_norm", value, epsilon: Self.epsilon)
    value = try net.projection("\(name).ffn.lin1", attended, 4 * Self.width)
    value = try net.gelu("\(name).ffn.activation", value)
    value = try net.projection("\(name).ffn.lin2", value, Self.width)
    value = try net.add("\(name).ffn.add", value, attended)
    return try net.layerNormalization("\(name).output_layer_norm", value, epsilon: Self.epsilon)
  }
}
