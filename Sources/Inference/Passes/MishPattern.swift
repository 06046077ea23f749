/// Recognises `x · tanh(softplus(x))`, also where softplus is spelled out as `log(1 + exp(x))`.
///
/// Source: Misra, "Mish", BMVC 2020; ONNX Mish, opset 18.
struct MishPattern: GraphPass {
  static let name = "mish"
  static let summary = "Mish as one node, from x · tanh(softplus(x))"
  static let exactness = PassExactness.rounding

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.node(index, is: "Tanh"), let (inner, x) = softplus(node.inputs.first ?? nil, graph),
        let gate = graph.result(index), let product = graph.next(gate, "Mul"),
        graph.other(product.node, than: gate) == x
      else { continue }
      _ = graph.replace(inner + [index, product.index], last: product.index, by: "Mish", [x])
    }
  }

  private func softplus(_ value: ValueID?, _ graph: GraphEditor) -> (nodes: [Int], x: ValueID)? {
    if let (index, node) = graph.made(value, by: "Softplus"), let x = node.inputs.first ?? nil { return ([index], x) }
    guard let (log, node) = graph.made(value, by: "Log"),
      let (sum, exponential) = graph.made(node.inputs.first ?? nil, by: "Add", with: 1),
      let (exp, inner) = graph.made(exponential, by: "Exp"), let x = inner.inputs.first ?? nil
    else { return nil }
    return ([exp, sum, log], x)
  }
}
