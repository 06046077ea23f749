import Inference

/// MobileNetV3 as torchvision has it: hard-swish, squeeze-and-excitation with a hard sigmoid.
struct MobileNetV3: ZooNetwork {
  /// One row of the tables 1 and 2 of the paper.
  struct Block: Sendable {
    let kernel, expanded, channels: Int
    let hasSqueeze: Bool
    let function: Nonlinearity
    let stride: Int

    init(_ kernel: Int, _ expanded: Int, _ channels: Int, _ hasSqueeze: Bool, _ function: Nonlinearity, _ stride: Int) {
      (self.kernel, self.expanded, self.channels) = (kernel, expanded, channels)
      (self.hasSqueeze, self.function, self.stride) = (hasSqueeze, function, stride)
    }
  }

  let description: NetworkDescription
  let blocks: [Block]
  /// Width of the last hidden layer.
  let lastWidth: Int

  static let small = MobileNetV3(
    "mobilenet_v3_small", "MobileNetV3-Small", lastWidth: 1024,
    [
      Block(3, 16, 16, true, .relu, 2), Block(3, 72, 24, false, .relu, 2), Block(3, 88, 24, false, .relu, 1),
      Block(5, 96, 40, true, .hardSwish, 2), Block(5, 240, 40, true, .hardSwish, 1),
      Block(5, 240, 40, true, .hardSwish, 1), Block(5, 120, 48, true, .hardSwish, 1),
      Block(5, 144, 48, true, .hardSwish, 1), Block(5, 288, 96, true, .hardSwish, 2),
      Block(5, 576, 96, true, .hardSwish, 1), Block(5, 576, 96, true, .hardSwish, 1),
    ])

  static let large = MobileNetV3(
    "mobilenet_v3_large", "MobileNetV3-Large", lastWidth: 1280,
    [
      Block(3, 16, 16, false, .relu, 1), Block(3, 64, 24, false, .relu, 2), Block(3, 72, 24, false, .relu, 1),
      Block(5, 72, 40, true, .relu, 2), Block(5, 120, 40, true, .relu, 1), Block(5, 120, 40, true, .relu, 1),
      Block(3, 240, 80, false, .hardSwish, 2), Block(3, 200, 80, false, .hardSwish, 1),
      Block(3, 184, 80, false, .hardSwish, 1), Block(3, 184, 80, false, .hardSwish, 1),
      Block(3, 480, 112, true, .hardSwish, 1), Block(3, 672, 112, true, .hardSwish, 1),
      Block(5, 672, 160, true, .hardSwish, 2), Block(5, 960, 160, true, .hardSwish, 1),
      Block(5, 960, 160, true, .hardSwish, 1),
    ])

  private init(_ name: String, _ title: String, lastWidth: Int, _ blocks: [Block]) {
    description = NetworkDescription(
      name, title, input: [1, 3, 224, 224], citation: "Howard et al., \"Searching for MobileNetV3\", ICCV 2019")
    self.blocks = blocks
    self.lastWidth = lastWidth
  }

  private static let epsilon: Float = 1e-3

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = try net.convolutionUnit(
      "features.0", input, 16, .centred(3, stride: 2), epsilon: Self.epsilon, .hardSwish)
    for (index, block) in blocks.enumerated() {
      value = try add(block, "features.\(index + 1)", value, in: &net)
    }
    value = try net.convolutionUnit(
      "features.\(blocks.count + 1)", value, 6 * net.shape(of: value)[1], Window(1), epsilon: Self.epsilon, .hardSwish)
    value = try net.flatten("flatten", net.globalAveragePool("avgpool", value))
    value = try net.activation("classifier.1", net.linear("classifier.0", value, lastWidth), .hardSwish)
    return try net.linear("classifier.3", value, 1000)
  }

  private func add(_ block: Block, _ name: String, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let inputChannels = try net.shape(of: input)[1]
    let hasShortcut = block.stride == 1 && inputChannels == block.channels
    var value = input
    var index = 0
    func next() -> String {
      defer { index += 1 }
      return "\(name).block.\(index)"
    }
    if block.expanded != inputChannels {
      value = try net.convolutionUnit(
        next(), value, block.expanded, Window(1), epsilon: Self.epsilon, block.function)
    }
    value = try net.depthwiseUnit(
      next(), value, .centred(block.kernel, stride: block.stride), epsilon: Self.epsilon, block.function)
    if block.hasSqueeze {
      value = try net.squeezeExcitation(
        next(), value, squeezedTo: Self.multipleOfEight(block.expanded / 4), .relu, gate: .hardSigmoid)
    }
    value = try net.convolutionUnit(
      next(), value, block.channels, Window(1), epsilon: Self.epsilon, gain: hasShortcut ? 0.4 : 1, nil)
    return hasShortcut ? try net.add("\(name).add", input, value) : value
  }

  /// The nearest multiple of 8, but not below 90 % of `width`.
  private static func multipleOfEight(_ width: Int) -> Int {
    let rounded = max(8, (width + 4) / 8 * 8)
    return 10 * rounded < 9 * width ? rounded + 8 : rounded
  }
}
