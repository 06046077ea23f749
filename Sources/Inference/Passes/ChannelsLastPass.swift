/// Lets quantised convolutions and what stands between them work on tensors with channels last, as their kernels do.
///
/// Transpositions remain where such a chain begins and ends. A node keeps its name: its tensor holds the same elements
/// in another order.
struct ChannelsLastPass: GraphPass {
  static let name = "channels-last"
  static let summary = "quantized convolutions and pools over tensors with channels last"
  static let exactness = PassExactness.identical

  private static let toLast = [0, 2, 3, 1]
  private static let toFirst = [0, 3, 1, 2]

  func run(on graph: inout GraphEditor) {
    /// For each value that is also there with channels last, that one.
    var turned: [Int: ValueID] = [:]
    /// The transpositions that bring back the original order.
    var returns: [Int] = []
    for index in graph.nodes.indices {
      guard let node = graph.nodes[index], let form = form(of: node, in: graph, turned),
        let result = graph.result(index), let type = graph.type(result), type.shape.count == 4
      else { continue }
      var inputs = node.inputs
      var isWhole = true
      for position in form.tensors {
        guard let input = inputs[position], let last = channelsLast(input, &turned, in: &graph) else {
          isWhole = false
          break
        }
        inputs[position] = last
      }
      let value = graph.addValue(
        "\(graph.values[result.index].name)/channels-last",
        TensorType(type.elementType, Self.toLast.map { type.shape[$0] }))
      guard isWhole,
        let (moved, types) = graph.made(
          node.name, form.operatorName, domain: form.domain, opset: form.domain.isEmpty ? graph.opset : 1, inputs,
          form.attributes, outputs: [value]), types[0].elementType == type.elementType,
        types[0].shape == graph.shape(value),
        let (back, _) = graph.made(
          "\(node.name)/channels-first", "Transpose", [value], ["perm": .ints(Self.toFirst)], outputs: [result])
      else { continue }
      graph.setNode(index, moved)
      graph.append(back)
      returns.append(graph.nodes.count - 1)
      turned[result.index] = value
    }
    for index in returns {
      guard let result = graph.result(index), graph.readers(result).isEmpty, !graph.isOutput(result) else { continue }
      let maker = graph.maker(graph.nodes[index]?.inputs.first ?? nil).flatMap { graph.nodes[$0]?.name } ?? ""
      graph.noteChanged(result, in: maker)
      graph.drop(index)
    }
  }

  /// What a node becomes: the operator, and which inputs are the tensors that are turned.
  private struct Form {
    let operatorName: String
    let domain: String
    let tensors: [Int]
    let attributes: [String: Attribute]
  }

  private func form(of node: Graph.Node, in graph: GraphEditor, _ turned: [Int: ValueID]) -> Form? {
    func isTurned(_ position: Int) -> Bool { node.inputs[position].map { turned[$0.index] != nil } ?? false }
    func shape(_ position: Int) -> [Int]? { graph.shape(node.inputs[position]) }
    var attributes = node.attributes
    switch (node.domain, node.operatorName) {
    case ("", "QLinearConv"):
      guard shape(0)?.count == 4 else { return nil }
      attributes["channels_last"] = .int(1)
      return Form(operatorName: node.operatorName, domain: "com.microsoft", tensors: [0], attributes: attributes)
    case ("com.microsoft", "QLinearAdd"), ("com.microsoft", "QLinearMul"):
      guard shape(0)?.count == 4, shape(0) == shape(3), isTurned(0) || isTurned(3) else { return nil }
      return Form(operatorName: node.operatorName, domain: node.domain, tensors: [0, 3], attributes: attributes)
    case ("com.microsoft", "QLinearSigmoid"), ("com.microsoft", "QLinearLeakyRelu"):
      guard isTurned(0) else { return nil }
      return Form(operatorName: node.operatorName, domain: node.domain, tensors: [0], attributes: attributes)
    case ("com.microsoft", "QLinearGlobalAveragePool"), ("com.microsoft", "QLinearAveragePool"):
      guard isTurned(0), node.int("channels_last") ?? 0 == 0 else { return nil }
      attributes["channels_last"] = .int(1)
      return Form(operatorName: node.operatorName, domain: node.domain, tensors: [0], attributes: attributes)
    case ("", "MaxPool"):
      // A window over padding alone is not the same there.
      let (pads, kernel) = (node.ints("pads") ?? [], node.ints("kernel_shape") ?? [])
      guard isTurned(0), graph.type(node.inputs[0])?.elementType.byteCount == 1, node.outputs.count == 1,
        kernel.count == 2, pads.enumerated().allSatisfy({ $1 < kernel[$0 % 2] })
      else { return nil }
      attributes["storage_order"] = nil
      return Form(operatorName: "NhwcMaxPool", domain: "com.microsoft", tensors: [0], attributes: attributes)
    case ("", "Concat"):
      guard node.int("axis") == 1 || node.int("axis") == -3, node.inputs.indices.allSatisfy(isTurned) else {
        return nil
      }
      attributes["axis"] = .int(3)
      return Form(
        operatorName: "Concat", domain: "", tensors: Array(node.inputs.indices), attributes: attributes)
    case ("com.microsoft", "QLinearConcat"):
      let tensors = Array(stride(from: 2, to: node.inputs.count, by: 3))
      guard node.int("axis") == 1 || node.int("axis") == -3, tensors.allSatisfy(isTurned) else { return nil }
      attributes["axis"] = .int(3)
      return Form(operatorName: node.operatorName, domain: node.domain, tensors: tensors, attributes: attributes)
    default: return nil
    }
  }

  /// The value with channels last, by a transposition where nobody made it so.
  private func channelsLast(
    _ value: ValueID, _ turned: inout [Int: ValueID], in graph: inout GraphEditor
  ) -> ValueID? {
    if let known = turned[value.index] { return known }
    let name = "\(graph.values[value.index].name)/channels-last"
    let made = graph.add(name, "Transpose", [value], ["perm": .ints(Self.toLast)])
    turned[value.index] = made
    return made
  }
}
