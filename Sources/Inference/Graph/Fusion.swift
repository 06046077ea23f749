/// Which nodes one kernel can compute in a single pass.
///
/// The pattern is a product (Conv, ConvTranspose, Gemm, MatMul), then optionally BatchNormalization or a constant bias,
/// then optionally the addition of another tensor of the same shape, then optionally an activation.
enum Fusion {
  /// How far a group has come; a node may join only a group that has not come as far as what the node stands for.
  enum Stage: Int, Comparable {
    case product, normalized, added, activated
    static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }
  }

  static func isMain(_ node: Graph.Node) -> Bool {
    guard node.domain.isEmpty else { return false }
    switch node.operatorName {
    case "Conv", "ConvTranspose", "Gemm", "MatMul": return true
    default: return false
    }
  }

  /// Whether a group may end in this node's result and so take in the activation that follows.
  static func continues(_ node: Graph.Node) -> Bool {
    isMain(node) || (node.domain.isEmpty && ["BatchNormalization", "Add"].contains(node.operatorName))
  }

  static func isActivation(_ node: Graph.Node) -> Bool {
    guard node.domain.isEmpty else { return false }
    switch node.operatorName {
    case "Relu", "Clip", "LeakyRelu", "Sigmoid", "Tanh", "HardSwish", "HardSigmoid": return true
    default: return false
    }
  }
}

extension Graph {
  /// The nodes of each layer, in the order of the layers' last nodes.
  ///
  /// Only a group's last value is read from outside, so that order is one in which layers can be executed: whatever a
  /// group reads is another's last value and made before the node that reads it.
  public func fusedGroups() -> [[Int]] {
    var grouping = FusionPass(self)
    for index in nodes.indices { grouping.visit(index) }
    return grouping.groups.sorted { ($0.last ?? 0) < ($1.last ?? 0) }
  }
}

/// One walk over the nodes in topological order that lets each join the group it continues, or start its own.
private struct FusionPass {
  let graph: Graph
  let consumers: [[Int]]
  let isOutput: [Bool]
  private(set) var groups: [[Int]] = []
  private var isTaken: [Bool]
  /// The groups that can still grow, by the value that they end in.
  private var open: [Int: (group: Int, stage: Fusion.Stage)] = [:]

  init(_ graph: Graph) {
    self.graph = graph
    consumers = graph.consumers()
    isOutput = graph.outputFlags()
    isTaken = [Bool](repeating: false, count: graph.nodes.count)
  }

  mutating func visit(_ index: Int) {
    guard !isTaken[index] else { return }
    let node = graph.nodes[index]
    if node.domain.isEmpty {
      switch node.operatorName {
      case "BatchNormalization": if joinsNormalization(index) { return }
      case "Add": if joinsAddition(index) { return }
      default: if Fusion.isActivation(node), joinsActivation(index) { return }
      }
    }
    isTaken[index] = true
    groups.append([index])
    if Fusion.isMain(node), let output = node.outputs.first ?? nil, graph[output].type?.elementType == .float32 {
      open[output.index] = (groups.count - 1, .product)
    }
  }

  private mutating func joinsNormalization(_ index: Int) -> Bool {
    let node = graph.nodes[index]
    guard let tail = growing(node.inputs.first ?? nil, below: .normalized), isRead(tail.value, once: index),
      hasChannels(tail), (1...4).allSatisfy({ isConstant(node, $0) }), node.outputs.count == 1
    else { return false }
    join(index, tail, .normalized)
    return true
  }

  /// The addition goes to the branch that is computed last, so that the other's result is there.
  private mutating func joinsAddition(_ index: Int) -> Bool {
    let node = graph.nodes[index]
    guard node.inputs.count == 2, let output = node.outputs.first ?? nil, let type = graph[output].type else {
      return false
    }
    let tails = (0..<2).compactMap { side -> Tail? in
      guard let tail = growing(node.inputs[side], below: .added), isRead(tail.value, once: index),
        let other = node.inputs[1 - side], let otherType = graph[other].type,
        graph[ValueID(tail.value)].type?.shape == type.shape
      else { return nil }
      if let constant = otherType.constant {
        return tail.stage == .product && isBias(constant, for: groups[tail.group][0], type) ? tail : nil
      }
      return otherType.shape == type.shape ? tail : nil
    }
    guard let tail = tails.max(by: { (groups[$0.group].last ?? 0) < (groups[$1.group].last ?? 0) }) else {
      return false
    }
    let addsConstant = node.inputs.contains { $0.map { graph[$0].type?.constant != nil } ?? false }
    join(index, tail, addsConstant ? .normalized : .added)
    return true
  }

  private mutating func joinsActivation(_ index: Int) -> Bool {
    let node = graph.nodes[index]
    guard let tail = growing(node.inputs.first ?? nil, below: .activated),
      node.inputs.dropFirst().indices.allSatisfy({ node.inputs[$0] == nil || isConstant(node, $0) })
    else { return false }
    if isRead(tail.value, once: index) {
      join(index, tail, .activated)
      return true
    }
    // x · sigmoid(x), the SiLU, as exporters write it.
    guard node.operatorName == "Sigmoid", !isOutput[tail.value], let gate = node.outputs.first ?? nil,
      !isOutput[gate.index], consumers[gate.index].count == 1, let product = consumers[gate.index].first,
      consumers[tail.value] == [index, product], graph.nodes[product].operatorName == "Mul",
      graph.nodes[product].domain.isEmpty,
      Set(graph.nodes[product].inputs.map { $0?.index }) == [tail.value, gate.index]
    else { return false }
    join(index, tail, .activated)
    join(product, tail, .activated)
    return true
  }

  private typealias Tail = (value: Int, group: Int, stage: Fusion.Stage)

  private func growing(_ value: ValueID?, below stage: Fusion.Stage) -> Tail? {
    guard let value, let tail = open[value.index], tail.stage < stage else { return nil }
    return (value.index, tail.group, tail.stage)
  }

  private mutating func join(_ index: Int, _ tail: Tail, _ stage: Fusion.Stage) {
    isTaken[index] = true
    groups[tail.group].append(index)
    open[tail.value] = nil
    if stage < .activated, let output = graph.nodes[index].outputs.first ?? nil {
      open[output.index] = (tail.group, stage)
    }
  }

  private func isRead(_ value: Int, once reader: Int) -> Bool {
    !isOutput[value] && consumers[value] == [reader]
      && graph.nodes[reader].inputs.reduce(0) { $0 + ($1?.index == value ? 1 : 0) } == 1
  }

  private func isConstant(_ node: Graph.Node, _ index: Int) -> Bool {
    guard index < node.inputs.count, let input = node.inputs[index] else { return false }
    return graph[input].type?.constant != nil
  }

  /// Whether dimension 1, which BatchNormalization scales, is what the group's product counts as channels: in a matrix
  /// product those are the columns.
  private func hasChannels(_ tail: Tail) -> Bool {
    !isMatrixProduct(groups[tail.group][0]) || graph[ValueID(tail.value)].type?.shape.count == 2
  }

  private func isMatrixProduct(_ index: Int) -> Bool { ["MatMul", "Gemm"].contains(graph.nodes[index].operatorName) }

  /// Whether adding the constant is adding one number per output channel: the last dimension of a matrix product, the
  /// second of a convolution.
  private func isBias(_ constant: Tensor, for main: Int, _ type: TensorType) -> Bool {
    guard constant.elementType == .float32 else { return false }
    let isProduct = isMatrixProduct(main)
    // A vector on the right leaves no columns.
    if isProduct, graph.inputTypes(of: graph.nodes[main]).dropFirst().first??.shape.count == 1 { return false }
    let axis = isProduct ? type.shape.count - 1 : 1
    guard axis >= 0, axis < type.shape.count, type.shape[axis] > 1 || isProduct else { return false }
    let position = axis - (type.shape.count - constant.shape.count)
    guard position >= 0 else { return false }
    return constant.shape.indices.allSatisfy { constant.shape[$0] == ($0 == position ? type.shape[axis] : 1) }
  }
}
