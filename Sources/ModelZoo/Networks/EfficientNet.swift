import Inference

/// EfficientNet-B0: inverted residuals with SiLU and squeeze-and-excitation.
struct EfficientNet: ZooNetwork {
  let description = NetworkDescription(
    "efficientnet_b0", "EfficientNet-B0", input: [1, 3, 224, 224],
    citation: "Tan & Le, \"EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks\", ICML 2019")

  /// Expansion, kernel, first stride, output channels and repeats of each stage: table 1 of the paper.
  private static let stages = [
    (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
  ]

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = try net.convolutionUnit("features.0", input, 32, .centred(3, stride: 2), .silu)
    for (stage, (expansion, kernel, stride, channels, repeats)) in Self.stages.enumerated() {
      for index in 0..<repeats {
        value = try block(
          "features.\(stage + 1).\(index)", value, channels, expansion: expansion,
          .centred(kernel, stride: index == 0 ? stride : 1), in: &net)
      }
    }
    value = try net.convolutionUnit("features.\(Self.stages.count + 1)", value, 1280, Window(1), .silu)
    value = try net.flatten("flatten", net.globalAveragePool("avgpool", value))
    return try net.linear("classifier.1", value, 1000)
  }

  private func block(
    _ name: String, _ input: ValueID, _ channels: Int, expansion: Int, _ window: Window, in net: inout NetworkBuilder
  ) throws -> ValueID {
    let inputChannels = try net.shape(of: input)[1]
    let hasShortcut = window.strides == [1, 1] && inputChannels == channels
    var value = input
    var index = 0
    if expansion != 1 {
      value = try net.convolutionUnit("\(name).block.0", value, expansion * inputChannels, Window(1), .silu)
      index = 1
    }
    value = try net.depthwiseUnit("\(name).block.\(index)", value, window, .silu)
    value = try net.squeezeExcitation(
      "\(name).block.\(index + 1)", value, squeezedTo: max(1, inputChannels / 4), .silu, gate: .sigmoid)
    value = try net.convolutionUnit(
      "\(name).block.\(index + 2)", value, channels, Window(1), gain: hasShortcut ? 0.4 : 1, nil)
    return hasShortcut ? try net.add("\(name).add", input, value) : value
  }
}
