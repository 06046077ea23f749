/// A network while passes rewrite it: nodes come and go, values stay.
///
/// Every question takes time in proportion to the readers of a value. New nodes may be added in any order; `build`
/// sorts them.
public struct GraphEditor {
  private let source: Graph
  private(set) var values: [Graph.Value]
  /// `nil` where a node was removed; indices stay valid while passes run.
  private(set) var nodes: [Graph.Node?]
  private(set) var outputs: [ValueID]
  private var makers: [Int?]
  /// Nodes that read each value or once did.
  private var readerLists: [[Int]]
  private var outputUses: [Int]
  private(set) var history: PassHistory
  /// The name of the pass at work.
  var pass = ""
  /// How many nodes were changed, added or removed so far.
  private(set) var edits = 0

  init(_ graph: Graph) {
    source = graph
    values = graph.values
    nodes = graph.nodes
    outputs = graph.outputs
    makers = graph.producers()
    readerLists = graph.consumers()
    outputUses = [Int](repeating: 0, count: graph.values.count)
    history = graph.history
    for output in outputs { outputUses[output.index] += 1 }
  }

  // MARK: Questions

  /// The opset version by which the network's standard operators are read.
  var opset: Int { source.opsets[""] ?? 17 }

  /// How many nodes there are.
  var nodeCount: Int { nodes.reduce(0) { $0 + ($1 == nil ? 0 : 1) } }

  func type(_ value: ValueID?) -> TensorType? { value.flatMap { values[$0.index].type } }
  func shape(_ value: ValueID?) -> [Int]? { type(value)?.shape }
  func constant(_ value: ValueID?) -> Tensor? { type(value)?.constant }
  func isOutput(_ value: ValueID) -> Bool { outputUses[value.index] > 0 }

  /// The node that makes a value.
  func maker(_ value: ValueID?) -> Int? {
    guard let value, values[value.index].type?.constant == nil else { return nil }
    return makers[value.index]
  }

  /// The nodes that read a value, ascending and without repetition.
  func readers(_ value: ValueID) -> [Int] {
    var found: [Int] = []
    for index in readerLists[value.index] where nodes[index]?.inputs.contains(value) ?? false { found.append(index) }
    found.sort()
    var last = -1
    return found.filter { index in
      defer { last = index }
      return index != last
    }
  }

  /// The only node that reads a value which is no output of the network.
  func soleReader(_ value: ValueID) -> Int? {
    guard !isOutput(value) else { return nil }
    let all = readers(value)
    return all.count == 1 ? all[0] : nil
  }

  /// The first output of a node.
  func result(_ index: Int) -> ValueID? { nodes[index].flatMap { $0.outputs.first ?? nil } }

  /// The node if it is that standard operator and has one output that anybody wants.
  func node(_ index: Int?, is operatorName: String) -> Graph.Node? {
    guard let index, let node = nodes[index], node.domain.isEmpty, node.operatorName == operatorName,
      node.outputs.dropFirst().allSatisfy({ $0.map { readers($0).isEmpty && !isOutput($0) } ?? true })
    else { return nil }
    return node
  }

  /// The types of a node's inputs.
  func inputTypes(_ node: Graph.Node) -> [TensorType?] { node.inputs.map { type($0) } }

  // MARK: Changes

  mutating func addConstant(_ name: String, _ tensor: Tensor) -> ValueID {
    addValue(name, TensorType(constant: tensor))
  }

  mutating func addValue(_ name: String, _ type: TensorType) -> ValueID {
    values.append(Graph.Value(name: name, type: type))
    makers.append(nil)
    readerLists.append([])
    outputUses.append(0)
    return ValueID(values.count - 1)
  }

  /// Says that a value is known before the network runs.
  mutating func setType(_ value: ValueID, _ type: TensorType) { values[value.index].type = type }

  /// A node of a standard or contributed operator, with the types of its outputs.
  ///
  /// `nil` where this program has no such operator or the operator does not take these inputs. Attributes are read as
  /// by `opset`, by default a late one.
  func made(
    _ name: String, _ operatorName: String, domain: String = "", opset: Int = 21, _ inputs: [ValueID?],
    _ attributes: [String: Attribute] = [:], outputs: [ValueID?]
  ) -> (node: Graph.Node, types: [TensorType])? {
    guard let type = OperatorRegistry.find(domain: domain, name: operatorName) else { return nil }
    var reader = AttributeReader(
      attributes, opset: opset, inputCount: inputs.count, outputCount: max(1, outputs.count))
    guard let operation = try? type.init(from: &reader), reader.unread.isEmpty,
      let types = try? operation.outputs(for: inputs.map { self.type($0) }), types.count >= outputs.count
    else { return nil }
    let node = Graph.Node(
      name: name, operation: operation, attributes: attributes, inputs: inputs, outputs: outputs)
    return (node, types)
  }

  /// Adds a node whose result is a new value, and returns that value.
  mutating func add(
    _ name: String, _ operatorName: String, domain: String = "", opset: Int = 21, _ inputs: [ValueID?],
    _ attributes: [String: Attribute] = [:], valueName: String? = nil
  ) -> ValueID? {
    let placeholder = ValueID(values.count)
    guard
      let (node, types) = made(
        name, operatorName, domain: domain, opset: opset, inputs, attributes, outputs: [placeholder])
    else { return nil }
    let result = addValue(valueName ?? name, TensorType(types[0].elementType, types[0].shape))
    append(node)
    return result
  }

  /// Puts one new node, which makes the same tensor, in the place of several of which `last` makes it.
  ///
  /// Does nothing and returns false where the results in between are wanted elsewhere, where the operator does not take
  /// the inputs, or where the type of the result would change. The new node is called as `last` was.
  @discardableResult
  mutating func replace(
    _ absorbed: [Int], last: Int, by operatorName: String, domain: String = "", opset: Int = 21, _ inputs: [ValueID?],
    _ attributes: [String: Attribute] = [:]
  ) -> Bool {
    guard areInternal(absorbed, last: last), let output = result(last), let name = nodes[last]?.name,
      let wanted = type(output),
      let (node, types) = made(
        name, operatorName, domain: domain, opset: opset, inputs, attributes, outputs: [output]),
      types[0].elementType == wanted.elementType, types[0].shape == wanted.shape
    else { return false }
    forget(absorbed, last: last, into: name)
    setNode(last, node)
    return true
  }

  /// Whether nobody but the nodes themselves reads what they make, the last one's result excepted.
  func areInternal(_ group: [Int], last: Int) -> Bool {
    group.allSatisfy { index in
      guard index != last, let node = nodes[index] else { return index == last }
      return node.outputs.allSatisfy { output in
        output.map { !isOutput($0) && readers($0).allSatisfy(group.contains) } ?? true
      }
    }
  }

  /// Removes nodes that the node called `name` computes with.
  mutating func forget(_ absorbed: [Int], last: Int, into name: String) {
    for index in absorbed where index != last {
      guard let node = nodes[index] else { continue }
      history.note(node.name, by: pass, .inside(name))
      for case let output? in node.outputs { history.note(values[output.index].name, by: pass, .inside(name)) }
      nodes[index] = nil
      edits += 1
    }
  }

  /// The same node with other inputs, attributes or outputs in its place.
  mutating func setNode(_ index: Int, _ node: Graph.Node) {
    nodes[index] = node
    register(index)
  }

  mutating func append(_ node: Graph.Node) {
    nodes.append(node)
    register(nodes.count - 1)
  }

  /// A node reads another value at one of its inputs.
  mutating func setInput(_ position: Int, of index: Int, to value: ValueID?) {
    guard let node = nodes[index] else { return }
    var inputs = node.inputs
    inputs[position] = value
    setNode(index, node.with(inputs: inputs))
  }

  /// Removes a node whose result equals one of its inputs; false where the result is an output and cannot be dropped.
  ///
  /// Where the result is an output of the network, the maker of the input makes it under the output's name.
  mutating func bypass(_ index: Int, input: ValueID) -> Bool {
    guard let node = nodes[index], let result = node.outputs.first ?? nil else { return false }
    edits += 1
    if isOutput(result) {
      guard !isOutput(input), let maker = maker(input), let made = nodes[maker], type(input) != nil else {
        return false
      }
      nodes[index] = nil
      setNode(maker, made.with(outputs: made.outputs.map { $0 == input ? result : $0 }))
      if values[result.index].type == nil { values[result.index].type = type(input) }
      redirect(input, to: result)
      history.note(node.name, by: pass, .sameTensor(madeBy: made.name))
      history.note(values[input.index].name, by: pass, .sameTensor(madeBy: made.name))
      return true
    }
    nodes[index] = nil
    redirect(result, to: input)
    let fate = maker(input).flatMap { nodes[$0]?.name }.map(PassHistory.Fate.sameTensor) ?? .notComputed
    history.note(node.name, by: pass, fate)
    history.note(values[result.index].name, by: pass, fate)
    return true
  }

  /// Removes a node of which nobody needs anything.
  mutating func drop(_ index: Int) {
    guard let node = nodes[index] else { return }
    nodes[index] = nil
    edits += 1
    history.note(node.name, by: pass, .notComputed)
    for case let output? in node.outputs { history.note(values[output.index].name, by: pass, .notComputed) }
  }

  /// Removes a node whose results another one makes as well.
  mutating func merge(_ index: Int, into name: String) {
    guard let node = nodes[index] else { return }
    nodes[index] = nil
    edits += 1
    history.note(node.name, by: pass, .sameTensor(madeBy: name))
    for case let output? in node.outputs {
      history.note(values[output.index].name, by: pass, .sameTensor(madeBy: name))
    }
  }

  /// Lets all nodes that read a value read another one.
  mutating func redirect(_ old: ValueID, to new: ValueID) {
    for reader in readers(old) {
      guard let node = nodes[reader] else { continue }
      setNode(reader, node.with(inputs: node.inputs.map { $0 == old ? new : $0 }))
    }
  }

  /// Notes that the tensor of that name now lies in memory in another order or with other numbers.
  mutating func noteChanged(_ value: ValueID, in node: String) {
    history.note(values[value.index].name, by: pass, .inside(node))
  }

  private mutating func register(_ index: Int) {
    guard let node = nodes[index] else { return }
    edits += 1
    for case let output? in node.outputs { makers[output.index] = index }
    for case let input? in node.inputs where readerLists[input.index].last != index {
      readerLists[input.index].append(index)
    }
  }

  // MARK: The result

  /// The rewritten network: nodes in topological order, as near to the original order as that allows.
  ///
  /// Constants that nobody reads any more are let go.
  func build() -> Graph {
    var order: [Int] = []
    order.reserveCapacity(nodes.count)
    // 0: not seen; 1: waiting for what it reads; 2: placed.
    var states = [UInt8](repeating: 0, count: nodes.count)
    for start in nodes.indices where nodes[start] != nil && states[start] == 0 {
      var stack = [start]
      while let index = stack.last {
        if states[index] == 2 {
          stack.removeLast()
          continue
        }
        var isReady = true
        if states[index] == 0 {
          states[index] = 1
          for case let input? in nodes[index]?.inputs ?? [] {
            if let maker = maker(input), nodes[maker] != nil, states[maker] == 0 {
              stack.append(maker)
              isReady = false
            }
          }
        }
        if isReady {
          states[index] = 2
          order.append(index)
          stack.removeLast()
        }
      }
    }
    var result = source
    result.values = values
    result.nodes = order.compactMap { nodes[$0] }
    result.outputs = outputs
    result.history = history
    var isUsed = [Bool](repeating: false, count: values.count)
    for node in result.nodes { for case let input? in node.inputs { isUsed[input.index] = true } }
    for output in outputs { isUsed[output.index] = true }
    for (index, value) in values.enumerated() where !isUsed[index] {
      if let type = value.type, type.constant != nil {
        result.values[index].type = TensorType(type.elementType, type.shape)
      }
    }
    return result
  }
}

extension Graph.Node {
  func with(inputs: [ValueID?]) -> Graph.Node {
    Graph.Node(name: name, operation: operation, attributes: attributes, inputs: inputs, outputs: outputs)
  }

  func with(outputs: [ValueID?]) -> Graph.Node {
    Graph.Node(name: name, operation: operation, attributes: attributes, inputs: inputs, outputs: outputs)
  }

  func ints(_ name: String) -> [Int]? { if case .ints(let values)? = attributes[name] { values } else { nil } }
  func int(_ name: String) -> Int? { if case .int(let value)? = attributes[name] { value } else { nil } }
  func float(_ name: String) -> Float? { if case .float(let value)? = attributes[name] { value } else { nil } }
  func string(_ name: String) -> String? { if case .string(let value)? = attributes[name] { value } else { nil } }
}
