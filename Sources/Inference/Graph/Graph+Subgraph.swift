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

  /// Some of the nodes as a network of its own.
  ///
  /// Its inputs are the values that the nodes read and do not make, constants excepted; its outputs those they make that
  /// other nodes or the caller read; both named as here and in value order. `indices` may come in any order; O(network).
  public func subgraph(of indices: [Int], name: String) -> Graph {
    let members = Set(indices).sorted()
    let isMember = Set(members)
    var (isMade, isRead) = ([Bool](repeating: false, count: values.count), [Bool](repeating: false, count: values.count))
    for index in members {
      for case let output? in nodes[index].outputs { isMade[output.index] = true }
      for case let input? in nodes[index].inputs { isRead[input.index] = true }
    }
    let (consumers, isOutput) = (consumers(), outputFlags())
    var newIDs = [ValueID?](repeating: nil, count: values.count)
    var kept: [Value] = []
    var (inputs, outputs): ([ValueID], [ValueID]) = ([], [])
    for (index, value) in values.enumerated() where isMade[index] || isRead[index] {
      let id = ValueID(kept.count)
      newIDs[index] = id
      kept.append(value)
      if !isMade[index] {
        if value.type?.constant == nil { inputs.append(id) }
      } else if isOutput[index] || consumers[index].contains(where: { !isMember.contains($0) }) {
        outputs.append(id)
      }
    }
    let renamed = members.map { index in
      let node = nodes[index]
      return Node(
        name: node.name, operation: node.operation, attributes: node.attributes,
        inputs: node.inputs.map { $0.flatMap { newIDs[$0.index] } },
        outputs: node.outputs.map { $0.flatMap { newIDs[$0.index] } })
    }
    return Graph(name: name, opsets: opsets, values: kept, nodes: renamed, inputs: inputs, outputs: outputs)
  }
}
