/// Makes one Reshape of several Reshape, Flatten, Squeeze and Unsqueeze nodes in a row, or none.
struct ReshapeChains: GraphPass {
  static let name = "reshapes"
  static let summary = "one Reshape for chains of Reshape, Flatten, Squeeze and Unsqueeze"
  static let exactness = PassExactness.identical

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard isReshape(graph.nodes[index]), let input = graph.nodes[index]?.inputs.first ?? nil,
        let maker = graph.maker(input), isReshape(graph.nodes[maker]), graph.soleReader(input) == index,
        let source = graph.nodes[maker]?.inputs.first ?? nil, let result = graph.result(index),
        let shape = graph.shape(result), !shape.contains(0), let name = graph.nodes[index]?.name
      else { continue }
      if graph.shape(source) == shape, !graph.isOutput(result) {
        graph.forget([maker], last: index, into: name)
        _ = graph.bypass(index, input: source)
      } else {
        let target = graph.addConstant("\(name)/shape", Tensor(int64s: shape))
        graph.replace([maker, index], last: index, by: "Reshape", [source, target])
      }
    }
  }

  private func isReshape(_ node: Graph.Node?) -> Bool {
    guard let node, node.domain.isEmpty else { return false }
    return ["Reshape", "Flatten", "Squeeze", "Unsqueeze"].contains(node.operatorName)
  }
}
