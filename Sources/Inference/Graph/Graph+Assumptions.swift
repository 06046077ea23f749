extension Graph {
  /// Whether the size of some value that a node makes or reads is known only at run time.
  public var hasUnknownTypes: Bool {
    nodes.contains { node in
      (node.inputs + node.outputs).contains { $0.map { self[$0].type == nil } ?? false }
    }
  }

  /// Whether some Loop, in a sub-graph or not, has no constant bound, so that its body's cost is counted once.
  public var hasOpenLoops: Bool {
    nodes.contains { node in
      (node.operation as? Loop)?.isOpen(inputTypes(of: node)) ?? false
        || node.subgraphs.contains { $0.graph.hasOpenLoops }
    }
  }

  /// Whether some Loop outside of other sub-graphs changes sizes from one iteration to the next, so that each counts as
  /// the first.
  public var hasChangingLoops: Bool {
    nodes.contains { node in (node.operation as? Loop)?.changesSizes(node.inputs.map { $0.flatMap(costType) }) ?? false
    }
  }

  /// The graph with assumed types where the real ones are unknown, by value index; costs are counted with them.
  ///
  /// What runs does not change: `Executor` looks at what is known alone.
  public func assuming(_ types: [TensorType?]) -> Graph {
    var result = self
    for (index, type) in types.enumerated() where values[index].type == nil { result.values[index].assumed = type }
    return result
  }

  /// The type of a value as costs are counted with: the known one, else the assumed one.
  public func costType(of id: ValueID) -> TensorType? { self[id].type ?? self[id].assumed }
}
