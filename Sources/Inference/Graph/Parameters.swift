extension Graph {
  /// The constants that a node was trained with: not shapes, axes, limits, scales of a resize, or statistics.
  func parameterInputs(of node: Node) -> [ValueID] {
    let isCaptured = isParameterCapture(of: node)
    let formal = node.inputs.count - node.captureCount
    return node.inputs.enumerated().compactMap { index, input in
      guard let input, let constant = self[input].type?.constant,
        index < formal ? isParameter(index, of: node, constant) : isCaptured[index - formal]
      else { return nil }
      return input
    }
  }

  /// The trained constants that only a node's sub-graphs hold; those that they capture are the node's inputs.
  func innerParameters(of node: Node) -> (count: Int, bytes: Int) {
    var (count, bytes) = (0, 0)
    for (_, graph) in node.subgraphs {
      let isInput = Set(graph.inputs)
      for type in graph.parameterValues().filter({ !isInput.contains($0) }).compactMap({ graph[$0].type }) {
        count += type.elementCount
        bytes += type.byteCount
      }
      for inner in graph.nodes {
        let own = graph.innerParameters(of: inner)
        (count, bytes) = (count + own.count, bytes + own.bytes)
      }
    }
    return (count, bytes)
  }

  /// Which of the values that a node's sub-graphs capture are trained constants to some operator in them.
  private func isParameterCapture(of node: Node) -> [Bool] {
    var result = [Bool](repeating: false, count: node.captureCount)
    for (_, graph) in node.subgraphs {
      let parameters = Set(graph.parameterValues())
      for (index, input) in graph.inputs.suffix(node.captureCount).enumerated() where parameters.contains(input) {
        result[index] = true
      }
    }
    return result
  }

  /// Every constant that some node was trained with, once, in value order.
  func parameterValues() -> [ValueID] { Set(nodes.flatMap(parameterInputs)).sorted() }

  private func isParameter(_ index: Int, of node: Node, _ constant: Tensor) -> Bool {
    guard !constant.shape.isEmpty else { return false }
    switch node.operatorName {
    case "BatchNormalization": return index == 1 || index == 2
    case "Resize", "Upsample", "OneHot", "Pad", "Clip", "Where", "Range", "Dropout": return false
    // Besides weights these have scales and zero points.
    case "QLinearConv": return index == 3 || index == 8
    case "QLinearMatMul": return index == 3
    case "QGemm": return index == 3 || index == 6
    case "MatMulIntegerToFloat": return index == 1 || index == 6
    case "DynamicQuantizeMatMul": return index == 1 || index == 4
    case "QAttention": return index == 1 || index == 2
    case "MatMulNBits": return index == 1 || index == 5
    case "DequantizeLinear": return index == 0
    case "QuantizeLinear", "DynamicQuantizeLinear": return index == 0 && constant.elementType.isFloat
    case "ConvInteger", "MatMulInteger": return index == 1
    default: return constant.elementType.isFloat
    }
  }
}
