/// Folds the product or quotient with a constant, or the sum before a product, into the weights of Conv, Gemm or MatMul.
///
/// A constant addend behind a product is left to the fusion, which adds it exactly while storing.
struct ScaleFolding: GraphPass {
  static let name = "scales"
  static let summary = "constant factors and addends around a Conv, Gemm or MatMul into its weights"
  static let exactness = PassExactness.rounding

  func run(on graph: inout GraphEditor) {
    // Away from the product on either side, so that one after the other comes to stand beside it.
    for index in graph.nodes.indices { foldBehind(index, in: &graph) }
    for index in graph.nodes.indices.reversed() { foldBefore(index, in: &graph) }
  }

  /// A factor behind a product.
  private func foldBehind(_ index: Int, in graph: inout GraphEditor) {
    guard let node = graph.nodes[index], node.operatorName == "Mul" || node.operatorName == "Div",
      let (input, constant) = operands(node, graph), let maker = graph.maker(input),
      let product = WeightEditing(maker, in: graph),
      let affine = affine(node, constant, channels: product.outputChannels, product, input, graph)
    else { return }
    _ = product.scaleOutputs(by: affine, absorbing: index, in: &graph)
  }

  /// A factor or addend before a product.
  private func foldBefore(_ index: Int, in graph: inout GraphEditor) {
    guard let node = graph.nodes[index], let (input, constant) = operands(node, graph),
      let result = graph.result(index), let reader = graph.soleReader(result),
      let product = WeightEditing(reader, in: graph), product.node.inputs.first == result,
      graph.shape(input) == graph.shape(result),
      let affine = affine(node, constant, channels: product.inputChannels, product, input, graph)
    else { return }
    _ = product.scaleInputs(by: affine, absorbing: index, input: input, in: &graph)
  }

  /// The tensor and the constant of an Add, Sub, Mul or Div.
  private func operands(_ node: Graph.Node, _ graph: GraphEditor) -> (ValueID, Tensor)? {
    guard node.domain.isEmpty, ["Add", "Sub", "Mul", "Div"].contains(node.operatorName), node.inputs.count == 2 else {
      return nil
    }
    if let input = node.inputs[0], let constant = graph.constant(node.inputs[1]), graph.constant(input) == nil,
      constant.elementType == .float32
    {
      return (input, constant)
    }
    guard node.operatorName == "Add" || node.operatorName == "Mul", let input = node.inputs[1],
      let constant = graph.constant(node.inputs[0]), graph.constant(input) == nil, constant.elementType == .float32
    else { return nil }
    return (input, constant)
  }

  /// What the node does to each channel; `nil` where the constant differs by more than the channel.
  private func affine(
    _ node: Graph.Node, _ constant: Tensor, channels: Int, _ product: WeightEditing, _ input: ValueID,
    _ graph: GraphEditor
  ) -> ChannelAffine? {
    guard let rank = graph.shape(input)?.count, constant.shape.count <= rank else { return nil }
    var elements = constant.elements(as: Float.self)
    if elements.count == 1 {
      elements = [Float](repeating: elements[0], count: channels)
    } else {
      let axis = product.channelAxis(rank: rank) - (rank - constant.shape.count)
      guard axis >= 0, axis < constant.shape.count, constant.shape[axis] == channels, elements.count == channels else {
        return nil
      }
    }
    let (zeros, ones) = ([Float](repeating: 0, count: channels), [Float](repeating: 1, count: channels))
    switch node.operatorName {
    case "Mul": return ChannelAffine(scale: elements, shift: zeros)
    case "Div":
      guard elements.allSatisfy({ (1 / $0).isFinite }) else { return nil }
      return ChannelAffine(scale: elements.map { 1 / $0 }, shift: zeros)
    case "Add": return ChannelAffine(scale: ones, shift: elements)
    default: return ChannelAffine(scale: ones, shift: elements.map { -$0 })
    }
  }
}
