import Inference

/// Residual networks for ImageNet; in bottlenecks the 3 x 3 convolution has the stride (v1.5), as in torchvision.
struct ResNet: ZooNetwork {
  let description: NetworkDescription
  /// Blocks in each of the four stages.
  let blocks: [Int]
  /// Whether a block is 1 x 1, 3 x 3, 1 x 1 with four times the width, and not twice 3 x 3.
  let hasBottlenecks: Bool

  static let resNet18 = ResNet("resnet18", "ResNet-18", [2, 2, 2, 2], hasBottlenecks: false)
  static let resNet50 = ResNet("resnet50", "ResNet-50 v1.5", [3, 4, 6, 3], hasBottlenecks: true)

  private init(_ name: String, _ title: String, _ blocks: [Int], hasBottlenecks: Bool) {
    description = NetworkDescription(
      name, title, input: [1, 3, 224, 224],
      citation: "He et al., \"Deep Residual Learning for Image Recognition\", CVPR 2016")
    self.blocks = blocks
    self.hasBottlenecks = hasBottlenecks
  }

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = try net.convolution("conv1", input, 64, .centred(7, stride: 2))
    value = try net.activation("relu", net.batchNormalization("bn1", value), .relu)
    value = try net.maxPool("maxpool", value, .centred(3, stride: 2))
    for (stage, width) in [64, 128, 256, 512].enumerated() {
      for index in 0..<blocks[stage] {
        let stride = stage > 0 && index == 0 ? 2 : 1
        value = try block("layer\(stage + 1).\(index)", value, width, stride: stride, in: &net)
      }
    }
    value = try net.flatten("flatten", net.globalAveragePool("avgpool", value))
    return try net.linear("fc", value, 1000)
  }

  private func block(_ name: String, _ input: ValueID, _ width: Int, stride: Int, in net: inout NetworkBuilder) throws
    -> ValueID
  {
    let outputChannels = hasBottlenecks ? 4 * width : width
    var steps: [(channels: Int, window: Window)] = [(width, .centred(3, stride: stride)), (width, .centred(3))]
    if hasBottlenecks {
      steps = [(width, Window(1)), (width, .centred(3, stride: stride)), (outputChannels, Window(1))]
    }
    var value = input
    for (index, step) in steps.enumerated() {
      let isLast = index == steps.count - 1
      value = try net.convolution("\(name).conv\(index + 1)", value, step.channels, step.window)
      value = try net.batchNormalization("\(name).bn\(index + 1)", value, gain: isLast ? 0.3 : 1)
      if !isLast { value = try net.activation("\(name).relu", value, .relu) }
    }
    var shortcut = input
    if try stride != 1 || net.shape(of: input)[1] != outputChannels {
      shortcut = try net.convolutionUnit(
        "\(name).downsample", input, outputChannels, Window(1, stride: stride), nil)
    }
    return try net.activation("\(name).relu", net.add("\(name).add", value, shortcut), .relu)
  }
}
