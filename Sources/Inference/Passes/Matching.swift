/// Questions with which patterns are recognised.
extension GraphEditor {
  /// The one element of a float32 constant.
  func scalar(_ value: ValueID?) -> Float? {
    guard let constant = constant(value), constant.elementCount == 1, constant.elementType == .float32 else {
      return nil
    }
    return constant.floats[0]
  }

  /// Whether a value is a constant of one element, close to a number as float32 constants in files are.
  func isScalar(_ value: ValueID?, near number: Float) -> Bool {
    scalar(value).map { abs($0 - number) <= 1e-4 * abs(number) } ?? false
  }

  /// The node of that operator that makes a value.
  func made(_ value: ValueID?, by operatorName: String) -> (index: Int, node: Graph.Node)? {
    guard let index = maker(value), let node = node(index, is: operatorName) else { return nil }
    return (index, node)
  }

  /// Of a node with two inputs the one beside the one given.
  func other(_ node: Graph.Node, than value: ValueID) -> ValueID? {
    guard node.inputs.count == 2, let left = node.inputs[0], let right = node.inputs[1] else { return nil }
    return left == value ? right : right == value ? left : nil
  }

  /// The sum or product of a tensor and a constant scalar near a number: the index of its node and the tensor.
  func made(_ value: ValueID?, by operatorName: String, with number: Float) -> (index: Int, tensor: ValueID)? {
    guard let (index, node) = made(value, by: operatorName), node.inputs.count == 2 else { return nil }
    if isScalar(node.inputs[1], near: number), let tensor = node.inputs[0] { return (index, tensor) }
    let commutes = operatorName == "Add" || operatorName == "Mul"
    if commutes, isScalar(node.inputs[0], near: number), let tensor = node.inputs[1] { return (index, tensor) }
    return nil
  }

  /// A tensor times a number, as a product or as a quotient: the index of its node and the tensor.
  func scaled(_ value: ValueID?, by number: Float) -> (index: Int, tensor: ValueID)? {
    made(value, by: "Mul", with: number) ?? made(value, by: "Div", with: 1 / number)
  }

  /// The only node that reads a value, if it is of that operator.
  func next(_ value: ValueID?, _ operatorName: String) -> (index: Int, node: Graph.Node, result: ValueID)? {
    guard let value, let index = soleReader(value), let node = node(index, is: operatorName),
      let result = node.outputs.first ?? nil
    else { return nil }
    return (index, node, result)
  }

  /// `value² ` as a power or a product: the index of its node and the tensor.
  func squared(_ value: ValueID?) -> (index: Int, tensor: ValueID)? {
    if let (index, node) = made(value, by: "Pow"), node.inputs.count == 2, isScalar(node.inputs[1], near: 2),
      let tensor = node.inputs[0]
    {
      return (index, tensor)
    }
    if let (index, node) = made(value, by: "Mul"), node.inputs.count == 2, node.inputs[0] == node.inputs[1],
      let tensor = node.inputs[0]
    {
      return (index, tensor)
    }
    return nil
  }

  /// The mean over the last dimensions, which are kept as ones: its node, what it is the mean of, and the first axis.
  func trailingMean(_ value: ValueID?) -> (index: Int, tensor: ValueID, axis: Int)? {
    guard let (index, node) = made(value, by: "ReduceMean"), let tensor = node.inputs.first ?? nil,
      let axis = trailingAxis(of: node)
    else { return nil }
    return (index, tensor, axis)
  }

  /// The first of the axes over which a Reduce operator folds, where they are the last ones and are kept.
  func trailingAxis(of node: Graph.Node) -> Int? {
    guard let rank = shape(node.inputs.first ?? nil)?.count, rank > 0, node.int("keepdims") ?? 1 == 1,
      let given = node.ints("axes") ?? (node.inputs.count > 1 ? constant(node.inputs[1])?.integers() : nil),
      !given.isEmpty
    else { return nil }
    let axes = given.map { $0 < 0 ? $0 + rank : $0 }.sorted()
    return axes == Array((rank - axes.count)..<rank) ? rank - axes.count : nil
  }
}
