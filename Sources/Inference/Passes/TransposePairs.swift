/// Moves transpositions behind operators that work element by element until they meet, and merges those that do.
///
/// Two that undo each other vanish, others become one; one that moves only dimensions of size 1 becomes a Reshape, which
/// costs nothing. Networks that were converted from channels-last frameworks are full of them.
struct TransposePairs: GraphPass {
  static let name = "transposes"
  static let summary = "Transpose nodes moved behind element-wise operators, merged and cancelled"
  static let exactness = PassExactness.identical

  private static let unary: Set<String> = [
    "Abs", "Ceil", "Clip", "Cos", "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "Log",
    "Mish", "Neg", "Not", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Softplus", "Softsign",
    "Sqrt", "Swish", "Tanh",
  ]
  private static let binary: Set<String> = ["Add", "Div", "Max", "Min", "Mul", "Pow", "PRelu", "Sub"]

  func run(on graph: inout GraphEditor) {
    // Nodes that are added behind moved operators come up in turn.
    var index = 0
    let limit = 4 * graph.nodes.count
    while index < graph.nodes.count, index < limit {
      visit(index, in: &graph)
      index += 1
    }
    for index in graph.nodes.indices { reshape(index, in: &graph) }
  }

  private func visit(_ index: Int, in graph: inout GraphEditor) {
    guard let node = graph.nodes[index], node.domain.isEmpty else { return }
    if node.operatorName == "Transpose" {
      merge(index, node, in: &graph)
    } else if Self.unary.contains(node.operatorName) || Self.binary.contains(node.operatorName)
      || node.operatorName == "Concat"
    {
      move(index, node, in: &graph)
    }
  }

  /// A transposition and the one whose result it reads.
  private func merge(_ index: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    guard let input = node.inputs.first ?? nil, let outer = permutation(node, graph),
      let (maker, first) = graph.made(input, by: "Transpose"), let inner = permutation(first, graph),
      let source = first.inputs.first ?? nil
    else { return }
    let both = outer.map { inner[$0] }
    if both == Array(0..<both.count) {
      let isAlone = graph.soleReader(input) == index
      guard graph.bypass(index, input: source) else { return }
      if isAlone { graph.drop(maker) }
    } else if graph.soleReader(input) == index {
      graph.replace([maker, index], last: index, by: "Transpose", [source], ["perm": .ints(both)])
    }
  }

  /// `f(transposed x, ...)` becomes `transposed f(x, ...)`, where every tensor that `f` reads is transposed alike, and by
  /// nodes that nobody else needs, or is a constant whose elements keep their order.
  private func move(_ index: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    guard let result = node.outputs.first ?? nil, node.outputs.count == 1, let type = graph.type(result),
      type.shape.count > 1
    else { return }
    let rank = type.shape.count
    var (order, makers): ([Int]?, [Int]) = (nil, [])
    var inputs: [ValueID?] = []
    var constants: [Int] = []
    for input in node.inputs {
      guard let input else {
        inputs.append(nil)
        continue
      }
      if graph.constant(input) != nil, node.operatorName != "Concat" {
        constants.append(inputs.count)
        inputs.append(input)
        continue
      }
      guard let (maker, transposition) = graph.made(input, by: "Transpose"),
        let permutation = permutation(transposition, graph), permutation.count == rank,
        order == nil || order == permutation, graph.soleReader(input) == index, let source = transposition.inputs[0]
      else { return }
      order = permutation
      makers.append(maker)
      inputs.append(source)
    }
    guard let order, Set(makers).count == makers.count else { return }
    for position in constants {
      guard let input = inputs[position], let constant = graph.constant(input) else { return }
      if constant.elementCount == 1 { continue }
      guard let moved = Self.moved(constant, by: order) else { return }
      inputs[position] = graph.addConstant("\(graph.values[input.index].name)/moved", moved)
    }
    var attributes = node.attributes
    if node.operatorName == "Concat" {
      guard let axis = (node.operation as? Concat)?.axis else { return }
      attributes["axis"] = .int(order[axis < 0 ? axis + rank : axis])
    }
    var shape = [Int](repeating: 0, count: rank)
    for (position, axis) in order.enumerated() { shape[axis] = type.shape[position] }
    let moved = TensorType(type.elementType, shape)
    guard let inferred = try? inferredType(node, attributes, inputs, graph), inferred.shape == shape,
      inferred.elementType == type.elementType
    else { return }
    let value = graph.addValue("\(graph.values[result.index].name)/moved", moved)
    guard
      let (transposition, _) = graph.made(
        node.name, "Transpose", [value], ["perm": .ints(order)], outputs: [result])
    else { return }
    let operation = inferred.operation
    graph.forget(makers, last: index, into: node.name)
    // The transposition makes the tensor that the node made, and so takes its name.
    graph.append(
      Graph.Node(
        name: "\(node.name)/moved", operation: operation, attributes: attributes, inputs: inputs, outputs: [value]))
    graph.setNode(index, transposition)
    // What comes next may be a transposition that was looked at before its input was one.
    for reader in graph.readers(result) where reader < index { visit(reader, in: &graph) }
  }

  /// A constant as it meets tensors that are not transposed; `nil` where its elements would have to move in memory.
  private static func moved(_ constant: Tensor, by order: [Int]) -> Tensor? {
    guard constant.shape.count <= order.count else { return nil }
    let shape = [Int](repeating: 1, count: order.count - constant.shape.count) + constant.shape
    let large = order.indices.filter { shape[$0] > 1 }.map { order[$0] }
    guard large == large.sorted() else { return nil }
    var moved = shape
    for (position, axis) in order.enumerated() { moved[axis] = shape[position] }
    return constant.reshaped(moved)
  }

  private struct Inferred {
    let operation: any Operator
    let elementType: ElementType
    let shape: [Int]
  }

  private func inferredType(
    _ node: Graph.Node, _ attributes: [String: Attribute], _ inputs: [ValueID?], _ graph: GraphEditor
  ) throws -> Inferred {
    var operation = node.operation
    if node.operatorName == "Concat" {
      var reader = AttributeReader(attributes, opset: 21, inputCount: inputs.count)
      operation = try Concat(from: &reader)
    }
    guard let type = try operation.outputs(for: inputs.map { graph.type($0) }).first else {
      throw ShapeError("\(node.name) has no output")
    }
    return Inferred(operation: operation, elementType: type.elementType, shape: type.shape)
  }

  /// A transposition that keeps the order of all dimensions larger than 1 keeps the order in memory.
  private func reshape(_ index: Int, in graph: inout GraphEditor) {
    guard let node = graph.node(index, is: "Transpose"), let input = node.inputs.first ?? nil,
      let shape = graph.shape(input), let order = permutation(node, graph), let result = graph.result(index),
      let target = graph.shape(result), !target.contains(0)
    else { return }
    let moved = order.filter { shape[$0] > 1 }
    guard moved == moved.sorted() else { return }
    let constant = graph.addConstant("\(node.name)/shape", Tensor(int64s: target))
    graph.replace([index], last: index, by: "Reshape", [input, constant])
  }

  private func permutation(_ node: Graph.Node, _ graph: GraphEditor) -> [Int]? {
    guard let rank = graph.shape(node.inputs.first ?? nil)?.count else { return nil }
    let order = (node.ints("perm") ?? (0..<rank).reversed()).map { $0 < 0 ? $0 + rank : $0 }
    return order.sorted() == Array(0..<rank) ? order : nil
  }
}
