extension Graph {
  /// The constants that a node was trained with: not shapes, axes, limits, scales of a resize, or statistics.
  func parameterInputs(of node: Node) -> [ValueID] {
    node.inputs.enumerated().compactMap { index, input in
      guard let input, let constant = self[input].type?.constant, isParameter(index, of: node, constant) else {
        return nil
      }
      return input
    }
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
    case "QLinearMatMul", "QGemm": return index == 3
    case "DequantizeLinear": return index == 0
    case "QuantizeLinear", "DynamicQuantizeLinear": return index == 0 && constant.elementType.isFloat
    case "ConvInteger", "MatMulInteger": return index == 1
    default: return constant.elementType.isFloat
    }
  }
}
