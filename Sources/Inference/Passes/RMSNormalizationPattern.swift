/// Recognises `x / sqrt(mean(x²) + ε) · scale` over the last dimensions.
///
/// Source: Zhang & Sennrich, "Root Mean Square Layer Normalization", NeurIPS 2019; ONNX RMSNormalization, opset 23.
struct RMSNormalizationPattern: GraphPass {
  static let name = "rms-norm"
  static let summary = "RMSNormalization as one node, from Pow, ReduceMean, Sqrt, Div and Mul"
  static let exactness = PassExactness.rounding

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.node(index, is: "ReduceMean"), let square = graph.squared(node.inputs.first ?? nil),
        let axis = graph.trailingAxis(of: node), let mean = graph.result(index),
        let root = InverseRoot(of: mean, times: square.tensor, in: graph), let shape = graph.shape(square.tensor),
        let normalized = graph.result(root.last), let product = graph.next(normalized, "Mul"),
        let scale = NormalizationParameters.operand(
          graph.other(product.node, than: normalized), [Int](shape[axis...]), in: graph)
      else { continue }
      _ = graph.replace(
        [square.index, index] + root.nodes + [product.index], last: product.index, by: "RMSNormalization", opset: 23,
        [square.tensor, scale], ["axis": .int(axis - shape.count), "epsilon": .float(root.epsilon)])
    }
  }
}
