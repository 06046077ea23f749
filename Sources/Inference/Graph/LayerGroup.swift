/// A layer as it is costed and executed: one node, or several that one kernel computes in a single pass.
public struct LayerGroup: Sendable {
  /// The longest module prefix that only this group's nodes share, else the name of its last node; unique in the graph.
  public let name: String
  /// Indices into `Graph.nodes`, ascending.
  public let nodes: [Int]
  /// What it reads from outside, constants excepted, in value order.
  public let inputs: [ValueID]
  /// What it makes that other groups or the caller read, in value order.
  public let outputs: [ValueID]
  /// Multiply-accumulates of convolutions, matrix products and recurrent steps.
  public let macs: Int
  /// Trained numbers; of BatchNormalization the scale and the shift, not the statistics.
  public let parameters: Int
  /// The bytes of `parameters` as stored.
  public let weightBytes: Int
  /// Bytes of the inputs, each once; 0 for one whose shape is known only at run time.
  public let inputBytes: Int
  /// Bytes of the outputs, each once; 0 for one whose shape is known only at run time.
  public let outputBytes: Int
  /// The row of a device profile, that of the main node.
  public let costClass: CostClass
  /// What it has in common with layers of like speed, that of the main node; see `Operator.kind`.
  public let kind: String
  /// How many functions, such as Sigmoid, are applied to its result besides what storing it does anyway.
  public let functions: Int
  /// The index of the node that gives the group its class: the convolution or product, else the only node.
  public let mainNode: Int

  /// Bytes read and written: inputs, weights and outputs once.
  public var bytes: Int { inputBytes + weightBytes + outputBytes }
}

extension Graph {
  /// The layers in an order in which they can be executed one after another.
  ///
  /// With `fused`, a Conv, ConvTranspose, Gemm or MatMul takes in the BatchNormalization or constant bias, the residual
  /// addition and the activation that follow it, as long as nobody else reads what is in between. Layers depend on each
  /// other without cycles. O(nodes + values).
  public func layers(fused: Bool) -> [LayerGroup] {
    let groups = fused ? fusedGroups() : nodes.indices.map { [$0] }
    let names = groupNames(groups)
    let consumers = consumers()
    var groupOfNode = [Int](repeating: -1, count: nodes.count)
    for (group, members) in groups.enumerated() { for node in members { groupOfNode[node] = group } }
    let isOutput = outputFlags()
    return groups.enumerated().map { index, members in
      layer(names[index], members) { value in
        isOutput[value.index] || consumers[value.index].contains { groupOfNode[$0] != index }
      }
    }
  }

  /// What a layer becomes where a cut opens it: for each of its nodes the nodes up to that one as one layer, and the node
  /// alone.
  ///
  /// Empty for layers of one node. `layers` are this graph's. O(nodes + values).
  public func parts(of layers: [LayerGroup]) -> [[(head: LayerGroup, node: LayerGroup)]] {
    let readers = consumers()
    let isOutput = outputFlags()
    func piece(_ members: [Int]) -> LayerGroup {
      layer(nodes[members[members.count - 1]].name, members) { value in
        isOutput[value.index] || readers[value.index].contains { !members.contains($0) }
      }
    }
    return layers.map { layer in
      guard layer.nodes.count > 1 else { return [] }
      return layer.nodes.indices.map { (piece(Array(layer.nodes[...$0])), piece([layer.nodes[$0]])) }
    }
  }

  /// How many trained numbers the network has; one that several nodes read counts once.
  public var parameterCount: Int {
    parameterValues().reduce(0) { $0 + (self[$1].type?.elementCount ?? 0) }
      + nodes.reduce(0) { $0 + innerParameters(of: $1).count }
  }

  /// The multiply-accumulates of the network; see `macs(of:)`.
  public var macs: Int { Extent.saturatingSum(nodes.lazy.map { macs(of: $0) }) }

  /// The multiply-accumulates of one node; 0 where its shapes are known only at run time and none are assumed.
  ///
  /// Of an If those of the larger branch, of a Loop those of its body times the bound where that is constant.
  public func macs(of node: Node) -> Int {
    let outputs = node.outputs.map { $0.flatMap(costType) }
    if node.operation is any ControlFlowOperator {
      return node.operation.macs(for: costTypes(of: node), outputs: outputs.compactMap { $0 })
    }
    guard zip(node.outputs, outputs).allSatisfy({ $0 == nil || $1 != nil }) else { return 0 }
    return node.operation.macs(for: costTypes(of: node), outputs: outputs.compactMap { $0 })
  }

  private func costTypes(of node: Node) -> [TensorType?] { node.inputs.map { $0.flatMap(costType) } }

  /// Which values are outputs of the network, by value index.
  func outputFlags() -> [Bool] {
    var flags = [Bool](repeating: false, count: values.count)
    for output in outputs { flags[output.index] = true }
    return flags
  }

  private func layer(_ name: String, _ members: [Int], isRead: (ValueID) -> Bool) -> LayerGroup {
    let made = Set(members.flatMap { nodes[$0].outputs.compactMap { $0?.index } })
    let read = Set(members.flatMap { nodes[$0].inputs.compactMap { $0?.index } })
    let inputs = read.subtracting(made).filter { values[$0].type?.constant == nil }.sorted().map(ValueID.init)
    let outputs = made.sorted().map(ValueID.init).filter(isRead)
    let weights = Set(members.flatMap { parameterInputs(of: nodes[$0]) }).sorted()
    let main = members.first { Fusion.isMain(nodes[$0]) } ?? members[0]
    func bytes(_ values: [ValueID]) -> Int { values.reduce(0) { $0 + (costType(of: $1)?.byteCount ?? 0) } }
    let inner = members.map { innerParameters(of: nodes[$0]) }
    return LayerGroup(
      name: name, nodes: members, inputs: inputs, outputs: outputs,
      macs: Extent.saturatingSum(members.map { macs(of: nodes[$0]) }),
      parameters: weights.reduce(0) { $0 + (self[$1].type?.elementCount ?? 0) } + inner.reduce(0) { $0 + $1.count },
      weightBytes: bytes(weights) + inner.reduce(0) { $0 + $1.bytes },
      inputBytes: bytes(inputs), outputBytes: bytes(outputs),
      costClass: nodes[main].operation.costClass(for: costTypes(of: nodes[main])),
      kind: nodes[main].operation.kind(for: costTypes(of: nodes[main])),
      functions: functions(of: members, main: main), mainNode: main)
  }

  /// How many functions of the members are computed after the main node's result, and not while that is stored.
  private func functions(of members: [Int], main: Int) -> Int {
    let stored: Set = ["BatchNormalization", "Add", "Relu", "Clip"]
    return members.count { $0 != main && !stored.contains(nodes[$0].operatorName) }
  }

  /// Prefixes end where a module name does, at a dot or a slash.
  private func groupNames(_ groups: [[Int]]) -> [String] {
    var uses: [String: Int] = [:]
    var candidates: [String] = []
    var owners: [String: Int] = [:]
    for (index, members) in groups.enumerated() {
      for node in members { owners[nodes[node].name] = index }
      let prefix = commonModule(members.map { nodes[$0].name })
      candidates.append(prefix)
      uses[prefix, default: 0] += 1
    }
    return groups.indices.map { index in
      let candidate = candidates[index]
      let isFree = owners[candidate].map { $0 == index } ?? true
      return !candidate.isEmpty && uses[candidate] == 1 && isFree ? candidate : nodes[groups[index].last ?? 0].name
    }
  }

  private func commonModule(_ names: [String]) -> String {
    let names = names.map { Array($0.utf8) }
    guard let first = names.first else { return "" }
    func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/") }
    for length in stride(from: first.count, to: 0, by: -1) where length == first.count || isSeparator(first[length]) {
      let fits = names.allSatisfy {
        $0.starts(with: first[..<length]) && ($0.count == length || isSeparator($0[length]))
      }
      if fits { return String(decoding: first[..<length], as: UTF8.self) }
    }
    return ""
  }
}
