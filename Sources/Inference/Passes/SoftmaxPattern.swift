/// Recognises `exp(x - max(x)) / sum(exp(x - max(x)))` over one axis.
struct SoftmaxPattern: GraphPass {
  static let name = "softmax"
  static let summary = "Softmax as one node, from ReduceMax, Sub, Exp, ReduceSum and Div"
  static let exactness = PassExactness.rounding

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.node(index, is: "Div"), node.inputs.count == 2, let exponential = node.inputs[0],
        let (sum, total) = graph.made(node.inputs[1], by: "ReduceSum"), total.inputs.first == exponential,
        let axis = axis(of: total, graph), let (exp, exponent) = graph.made(exponential, by: "Exp"),
        let (difference, minus) = graph.made(exponent.inputs.first ?? nil, by: "Sub"), minus.inputs.count == 2,
        let x = minus.inputs[0], let (max, largest) = graph.made(minus.inputs[1], by: "ReduceMax"),
        largest.inputs.first == x, self.axis(of: largest, graph) == axis
      else { continue }
      _ = graph.replace(
        [max, difference, exp, sum, index], last: index, by: "Softmax", [x], ["axis": .int(axis)])
    }
  }

  /// The one axis that a Reduce operator folds and keeps.
  private func axis(of node: Graph.Node, _ graph: GraphEditor) -> Int? {
    guard let rank = graph.shape(node.inputs.first ?? nil)?.count, node.int("keepdims") ?? 1 == 1,
      let axes = node.ints("axes") ?? (node.inputs.count > 1 ? graph.constant(node.inputs[1])?.integers() : nil),
      axes.count == 1
    else { return nil }
    return axes[0] < 0 ? axes[0] + rank : axes[0]
  }
}
