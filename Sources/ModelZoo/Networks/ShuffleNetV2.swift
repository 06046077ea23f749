import Inference

/// ShuffleNetV2 1.0: half of the channels pass by, then all are shuffled.
struct ShuffleNetV2: ZooNetwork {
  let description = NetworkDescription(
    "shufflenet_v2_x1_0", "ShuffleNetV2 1.0", input: [1, 3, 224, 224],
    citation: "Ma et al., \"ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design\", ECCV 2018")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = try net.convolutionUnit("conv1", input, 24, .centred(3, stride: 2), .relu)
    value = try net.maxPool("maxpool", value, .centred(3, stride: 2))
    for (stage, channels, units) in [(2, 116, 4), (3, 232, 8), (4, 464, 4)] {
      value = try reducingUnit("stage\(stage).0", value, channels, in: &net)
      for index in 1..<units { value = try unit("stage\(stage).\(index)", value, channels, in: &net) }
    }
    value = try net.convolutionUnit("conv5", value, 1024, Window(1), .relu)
    let result = net.signal(of: value).scaled(0.4)
    let attributes: [String: Attribute] = ["axes": .ints([2, 3]), "keepdims": .int(0)]
    value = try net.apply("ReduceMean", "mean", [value], attributes, signal: result)
    return try net.linear("fc", value, 1000)
  }

  private func unit(_ name: String, _ input: ValueID, _ channels: Int, in net: inout NetworkBuilder) throws -> ValueID {
    let sizes = net.integers("\(name).chunk.split", [channels / 2, channels / 2])
    let halves = try net.applyAll("Split", "\(name).chunk", [input, sizes], ["axis": .int(1)], outputs: 2)
    let changed = try branch("\(name).branch2", halves[1], channels / 2, stride: 1, in: &net)
    return try shuffle(name, net.concatenate("\(name).cat", [halves[0], changed]), in: &net)
  }

  private func reducingUnit(_ name: String, _ input: ValueID, _ channels: Int, in net: inout NetworkBuilder) throws
    -> ValueID
  {
    var direct = try net.depthwise("\(name).branch1.0", input, .centred(3, stride: 2))
    direct = try net.batchNormalization("\(name).branch1.1", direct)
    direct = try net.convolution("\(name).branch1.2", direct, channels / 2, Window(1))
    direct = try net.batchNormalization("\(name).branch1.3", direct)
    direct = try net.activation("\(name).branch1.4", direct, .relu)
    let changed = try branch("\(name).branch2", input, channels / 2, stride: 2, in: &net)
    return try shuffle(name, net.concatenate("\(name).cat", [direct, changed]), in: &net)
  }

  private func branch(_ name: String, _ input: ValueID, _ channels: Int, stride: Int, in net: inout NetworkBuilder)
    throws -> ValueID
  {
    var value = try net.convolutionUnit(name, input, channels, Window(1), .relu)
    value = try net.depthwise("\(name).3", value, .centred(3, stride: stride))
    value = try net.batchNormalization("\(name).4", value)
    value = try net.convolution("\(name).5", value, channels, Window(1))
    value = try net.batchNormalization("\(name).6", value)
    return try net.activation("\(name).7", value, .relu)
  }

  /// Interleaves the two halves of the channels.
  private func shuffle(_ name: String, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let shape = try net.shape(of: input)
    let groups = net.integers("\(name).view.shape", [shape[0], 2, shape[1] / 2, shape[2], shape[3]])
    let flat = net.integers("\(name).view_1.shape", shape)
    var value = try net.apply("Reshape", "\(name).view", [input, groups])
    value = try net.apply("Transpose", "\(name).transpose", [value], ["perm": .ints([0, 2, 1, 3, 4])])
    return try net.apply("Reshape", "\(name).view", [value, flat])
  }
}
