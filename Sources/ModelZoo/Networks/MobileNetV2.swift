import Inference

/// Inverted residuals with linear bottlenecks, width 1.0 at 224 x 224.
struct MobileNetV2: ZooNetwork {
  let description = NetworkDescription(
    "mobilenet_v2", "MobileNetV2 1.0", input: [1, 3, 224, 224],
    citation: "Sandler et al., \"MobileNetV2: Inverted Residuals and Linear Bottlenecks\", CVPR 2018")

  /// Expansion, output channels, repeats and first stride of each stage: table 2 of the paper.
  private static let stages = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
  ]

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = try net.convolutionUnit("features.0", input, 32, .centred(3, stride: 2), .relu6)
    var index = 1
    for (expansion, channels, repeats, stride) in Self.stages {
      for `repeat` in 0..<repeats {
        value = try invertedResidual(
          "features.\(index)", value, channels, expansion: expansion, stride: `repeat` == 0 ? stride : 1, in: &net)
        index += 1
      }
    }
    value = try net.convolutionUnit("features.\(index)", value, 1280, Window(1), .relu6)
    value = try net.flatten("flatten", net.globalAveragePool("avgpool", value))
    return try net.linear("classifier.1", value, 1000)
  }

  private func invertedResidual(
    _ name: String, _ input: ValueID, _ channels: Int, expansion: Int, stride: Int, in net: inout NetworkBuilder
  ) throws -> ValueID {
    let inputChannels = try net.shape(of: input)[1]
    let hasShortcut = stride == 1 && inputChannels == channels
    var value = input
    var index = 0
    if expansion != 1 {
      value = try net.convolutionUnit("\(name).conv.0", value, expansion * inputChannels, Window(1), .relu6)
      index = 1
    }
    value = try net.depthwiseUnit("\(name).conv.\(index)", value, .centred(3, stride: stride), .relu6)
    value = try net.convolution("\(name).conv.\(index + 1)", value, channels, Window(1))
    value = try net.batchNormalization("\(name).conv.\(index + 2)", value, gain: hasShortcut ? 0.4 : 1)
    return hasShortcut ? try net.add("\(name).add", input, value) : value
  }
}
