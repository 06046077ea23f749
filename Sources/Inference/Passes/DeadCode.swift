/// Removes nodes of which neither an output of the network nor another node needs anything.
struct DeadCode: GraphPass {
  static let name = "dead-code"
  static let summary = "removes nodes that nobody needs"
  static let exactness = PassExactness.identical

  func run(on graph: inout GraphEditor) {
    var left = Array(graph.nodes.indices)
    while let index = left.popLast() {
      guard let node = graph.nodes[index] else { continue }
      let isNeeded = node.outputs.contains { output in
        output.map { graph.constant($0) == nil && (graph.isOutput($0) || !graph.readers($0).isEmpty) } ?? false
      }
      if isNeeded { continue }
      graph.drop(index)
      // What was read only here is looked at again.
      for case let input? in node.inputs { if let maker = graph.maker(input) { left.append(maker) } }
    }
  }
}
