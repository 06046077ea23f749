/// Folds batch normalisation into the weights of a product where it cannot be applied while the product is stored.
///
/// That is where it comes before a Conv, Gemm or MatMul (without padding, or without a shift), and after a
/// ConvTranspose. After a Conv or Gemm the fusion applies it exactly and for nothing, so that it stays there even where
/// another product follows; see `BatchNormalizationWeights`.
/// Source: Jacob et al., "Quantization and Training of Neural Networks", CVPR 2018, section 3.2.
struct BatchNormalizationFolding: GraphPass {
  static let name = "batch-norm"
  static let summary =
    "BatchNormalization into the weights of the Conv, Gemm or MatMul behind it or ConvTranspose before it"
  static let exactness = PassExactness.rounding

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.node(index, is: "BatchNormalization"), let input = node.inputs.first ?? nil,
        let operation = node.operation as? BatchNormalization,
        let (scale, shift) = operation.scaleAndShift(for: graph.inputTypes(node))
      else { continue }
      let affine = ChannelAffine(scale: scale, shift: shift)
      if let (maker, _) = graph.made(input, by: "ConvTranspose"), let product = WeightEditing(maker, in: graph),
        product.scaleOutputs(by: affine, absorbing: index, in: &graph)
      {
        continue
      }
      guard !isFused(behind: input, in: graph), let result = graph.result(index), let reader = graph.soleReader(result),
        let product = WeightEditing(reader, in: graph), product.node.inputs.first == result,
        graph.shape(input)?.count == 2 || product.channelAxis(rank: graph.shape(input)?.count ?? 0) == 1
      else { continue }
      _ = product.scaleInputs(by: affine, absorbing: index, input: input, in: &graph)
    }
  }

  /// Whether the only reader of a product's result is the normalisation, which is then applied as it is stored.
  private func isFused(behind input: ValueID, in graph: GraphEditor) -> Bool {
    guard let maker = graph.maker(input), graph.soleReader(input) != nil else { return false }
    return ["Conv", "Gemm"].contains { graph.node(maker, is: $0) != nil }
  }
}

/// Folds batch normalisation into the weights of the Conv or Gemm before it.
///
/// The fusion does the same while the product is stored, without rounding anything differently and without touching the
/// weights when the network is loaded, so that this is for those who want the network itself without the nodes.
struct BatchNormalizationWeights: GraphPass {
  static let name = "batch-norm-weights"
  static let summary = "BatchNormalization into the weights of the Conv or Gemm before it (the fusion does it exactly)"
  static let exactness = PassExactness.rounding
  static let isStandard = false

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.node(index, is: "BatchNormalization"), let input = node.inputs.first ?? nil,
        let operation = node.operation as? BatchNormalization,
        let (scale, shift) = operation.scaleAndShift(for: graph.inputTypes(node)), let maker = graph.maker(input),
        let product = WeightEditing(maker, in: graph),
        graph.shape(input)?.count == 2 || product.channelAxis(rank: graph.shape(input)?.count ?? 0) == 1
      else { continue }
      _ = product.scaleOutputs(by: ChannelAffine(scale: scale, shift: shift), absorbing: index, in: &graph)
    }
  }
}
