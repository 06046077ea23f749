import Inference

/// A BERT encoder of 4 layers of 256 with 4 heads on 128 embedded tokens; embeddings and pooler are left out.
struct BERTMini: ZooNetwork {
  let description = NetworkDescription(
    "bert_mini", "BERT-mini encoder", input: [1, 128, 256],
    citation: "Devlin et al., \"BERT\", NAACL 2019; Turc et al., \"Well-Read Students Learn Better\", arXiv:1908.08962")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    try (0..<4).reduce(input) { try layer("encoder.layer.\($1)", $0, in: &net) }
  }

  private func layer(_ name: String, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let (width, epsilon): (Int, Float) = (256, 1e-5)
    let attention = "\(name).attention.self"
    var value = try net.attention(
      attention, query: net.projection("\(attention).query", input, width),
      key: net.projection("\(attention).key", input, width),
      value: net.projection("\(attention).value", input, width), heads: 4)
    value = try net.projection("\(name).attention.output.dense", value, width)
    value = try net.add("\(name).attention.output.add", value, input)
    let attended = try net.layerNormalization("\(name).attention.output.LayerNorm", value, epsilon: epsilon)
    value = try net.projection("\(name).intermediate.dense", attended, 4 * width)
    value = try net.gelu("\(name).intermediate.intermediate_act_fn", value)
    value = try net.projection("\(name).output.dense", value, width)
    value = try net.add("\(name).output.add", value, attended)
    return try net.layerNormalization("\(name).output.LayerNorm", value, epsilon: epsilon)
  }
}
