extension Graph {
  /// The nodes up to and including `node` (itself and its ancestors), and the rest, both ascending.
  public func cut(after node: Int) -> (head: [Int], tail: [Int]) {
    let producers = producers()
    var isHead = [Bool](repeating: false, count: nodes.count)
    isHead[node] = true
    for index in stride(from: node, through: 0, by: -1) where isHead[index] {
      for case let input? in nodes[index].inputs {
        if let producer = producers[input.index] { isHead[producer] = true }
      }
    }
    return (nodes.indices.filter { isHead[$0] }, nodes.indices.filter { !isHead[$0] })
  }

  /// What some of the nodes read and do not make, constants excepted, and what they make that other nodes or the caller
  /// read; both in value order.
  public func boundary(of indices: [Int]) -> (inputs: [ValueID], outputs: [ValueID]) {
    let members = Set(indices)
    var (isMade, isRead) = (
      [Bool](repeating: false, count: values.count), [Bool](repeating: false, count: values.count)
    )
    var isReadOutside = outputFlags()
    for (index, node) in nodes.enumerated() {
      let isMember = members.contains(index)
      for case let output? in node.outputs where isMember { isMade[output.index] = true }
      for case let input? in node.inputs {
        if isMember { isRead[input.index] = true } else { isReadOutside[input.index] = true }
      }
    }
    // A value that is known already crosses no boundary.
    let open = values.indices.filter { values[$0].type?.constant == nil }
    return (
      open.filter { isRead[$0] && !isMade[$0] }.map(ValueID.init),
      values.indices.filter { isMade[$0] && isReadOutside[$0] }.map(ValueID.init)
    )
  }

  /// Some of the nodes as a network of its own.
  ///
  /// Its inputs and outputs are `boundary(of:)`, named as here. `indices` may come in any order; O(network).
  public func subgraph(of indices: [Int], name: String) -> Graph {
    let members = Set(indices).sorted()
    let boundary = boundary(of: members)
    var isUsed = [Bool](repeating: false, count: values.count)
    for index in members {
      for case let value? in nodes[index].inputs + nodes[index].outputs { isUsed[value.index] = true }
    }
    var newIDs = [ValueID?](repeating: nil, count: values.count)
    var kept: [Value] = []
    for (index, value) in values.enumerated() where isUsed[index] {
      newIDs[index] = ValueID(kept.count)
      kept.append(value)
    }
    let renamed = members.map { index in
      let node = nodes[index]
      return Node(
        name: node.name, operation: node.operation, attributes: node.attributes,
        inputs: node.inputs.map { $0.flatMap { newIDs[$0.index] } },
        outputs: node.outputs.map { $0.flatMap { newIDs[$0.index] } })
    }
    return Graph(
      name: name, opsets: opsets, values: kept, nodes: renamed, inputs: boundary.inputs.compactMap { newIDs[$0.index] },
      outputs: boundary.outputs.compactMap { newIDs[$0.index] })
  }
}
