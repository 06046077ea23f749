/// Merges padding with zeros into the convolution or average pool that reads it.
struct PadMerging: GraphPass {
  static let name = "pads"
  static let summary = "Pad with zeros into the Conv or AveragePool that reads it"
  static let exactness = PassExactness.identical

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.node(index, is: "Pad"), let input = node.inputs.first ?? nil, isZeroFilled(node, graph),
        let rank = graph.shape(input)?.count, rank >= 3, let added = pads(of: node, rank: rank, graph),
        added.allSatisfy({ $0 >= 0 }), [0, 1, rank, rank + 1].allSatisfy({ added[$0] == 0 }),
        let result = graph.result(index), let reader = graph.soleReader(result), let product = graph.nodes[reader],
        product.domain.isEmpty, product.inputs.first == result
      else { continue }
      let isConvolution = product.operatorName == "Conv"
      // An average that does not count padding of its own would not count the merged padding either.
      let isPool =
        product.operatorName == "AveragePool" && product.int("ceil_mode") ?? 0 == 0
        && (product.int("count_include_pad") ?? 0 == 1 || (product.ints("pads") ?? []).allSatisfy { $0 == 0 })
      let mode = product.string("auto_pad") ?? "NOTSET"
      guard isConvolution || isPool, mode == "NOTSET" || mode == "VALID" || mode.isEmpty else { continue }
      let spatial = rank - 2
      var pads =
        mode == "VALID"
        ? [Int](repeating: 0, count: 2 * spatial)
        : product.ints("pads") ?? [Int](repeating: 0, count: 2 * spatial)
      guard pads.count == 2 * spatial else { continue }
      for axis in 0..<spatial {
        pads[axis] += added[2 + axis]
        pads[spatial + axis] += added[rank + 2 + axis]
      }
      var attributes = product.attributes
      attributes["pads"] = .ints(pads)
      attributes["auto_pad"] = nil
      if isPool { attributes["count_include_pad"] = .int(1) }
      graph.replace(
        [index, reader], last: reader, by: product.operatorName, [input] + product.inputs.dropFirst(), attributes)
    }
  }

  private func isZeroFilled(_ node: Graph.Node, _ graph: GraphEditor) -> Bool {
    guard node.string("mode") ?? "constant" == "constant", node.float("value") ?? 0 == 0 else { return false }
    guard node.inputs.count > 2, let value = node.inputs[2] else { return true }
    return graph.scalar(value) == 0
  }

  private func pads(of node: Graph.Node, rank: Int, _ graph: GraphEditor) -> [Int]? {
    guard let given = node.ints("pads") ?? (node.inputs.count > 1 ? graph.constant(node.inputs[1])?.integers() : nil)
    else { return nil }
    guard node.inputs.count > 3, let axesInput = node.inputs[3] else { return given.count == 2 * rank ? given : nil }
    guard let axes = graph.constant(axesInput)?.integers(), given.count == 2 * axes.count else { return nil }
    var pads = [Int](repeating: 0, count: 2 * rank)
    for (position, axis) in axes.enumerated() {
      let axis = axis < 0 ? axis + rank : axis
      guard (0..<rank).contains(axis) else { return nil }
      pads[axis] = given[position]
      pads[rank + axis] = given[axes.count + position]
    }
    return pads
  }
}
