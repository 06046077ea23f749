/// Recognises `x · sigmoid(x)`, the SiLU or Swish.
///
/// After a convolution or product the fusion takes the two nodes in as they are, which leaves the others to this pass.
/// Source: Ramachandran et al., "Searching for Activation Functions", arXiv:1710.05941; ONNX Swish, opset 24.
struct SwishPattern: GraphPass {
  static let name = "swish"
  static let summary = "Swish (SiLU) as one node, from x · sigmoid(x)"
  static let exactness = PassExactness.rounding

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.node(index, is: "Sigmoid"), let x = node.inputs.first ?? nil,
        let gate = graph.result(index), let product = graph.next(gate, "Mul"),
        graph.other(product.node, than: gate) == x,
        !(graph.maker(x).flatMap { graph.nodes[$0] }.map(Fusion.continues) ?? false)
      else { continue }
      _ = graph.replace([index, product.index], last: product.index, by: "Swish", opset: 24, [x])
    }
  }
}
