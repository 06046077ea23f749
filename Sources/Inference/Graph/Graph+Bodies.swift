extension Graph.Node {
  /// The node with each of its sub-graphs replaced, which lets a pass over a graph go into them.
  ///
  /// What `transform` returns must have as many inputs and outputs as what it is given, with the same meaning: the last
  /// `captureCount` inputs are values of the graph around, and types of inputs are mostly unknown.
  public func mappingSubgraphs(_ transform: (Graph) throws -> Graph) rethrows -> Graph.Node {
    guard var flow = operation as? any ControlFlowOperator else { return self }
    var attributes = attributes
    for (attribute, graph) in subgraphs {
      let replaced = try transform(graph)
      precondition(
        replaced.inputs.count == graph.inputs.count && replaced.outputs.count == graph.outputs.count,
        "a sub-graph keeps its inputs and outputs")
      flow.subgraphs[attribute] = replaced
      attributes[attribute] = .graph(replaced)
    }
    return Graph.Node(name: name, operation: flow, attributes: attributes, inputs: inputs, outputs: outputs)
  }
}

extension Graph {
  /// The graph with `transform` applied to the sub-graphs of its nodes, the innermost first; see
  /// `Node.mappingSubgraphs`.
  public func mappingSubgraphs(_ transform: (Graph) throws -> Graph) rethrows -> Graph {
    var result = self
    for (index, node) in nodes.enumerated() where !node.subgraphs.isEmpty {
      result.nodes[index] = try node.mappingSubgraphs { try transform($0.mappingSubgraphs(transform)) }
    }
    return result
  }

  /// The graph with the types of its inputs replaced and everything else inferred from them as far as that goes.
  ///
  /// This is how a sub-graph learns what is known where it is used: an input may be constant, or of unknown type. A node
  /// that does not fit leaves its outputs unknown and fails when it runs, if it ever does: exporters guard an operator
  /// that fits only some shapes by an If.
  func specialised(for types: [TensorType?]) -> Graph {
    var result = self
    for (id, type) in zip(inputs, types) { result.values[id.index].type = type }
    for node in nodes {
      let inferred =
        (try? TypeInference.outputs(
          of: node.operation, inputs: result.inputTypes(of: node), isPresent: node.inputs.map { $0 != nil })) ?? []
      for (index, output) in node.outputs.enumerated() {
        if let output { result.values[output.index].type = index < inferred.count ? inferred[index] : nil }
      }
    }
    return result
  }

  /// Whether some node has sub-graphs.
  public var hasSubgraphs: Bool { nodes.contains { $0.operation is any ControlFlowOperator } }

  /// The types of the outputs.
  var resultTypes: [TensorType?] { outputs.map { self[$0].type } }
}
