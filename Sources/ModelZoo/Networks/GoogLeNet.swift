import Inference

/// Inception v1 with BatchNormalization and without auxiliary classifiers, as torchvision has it.
///
/// As there, the branch that the paper gives 5 x 5 convolutions has 3 x 3 ones.
struct GoogLeNet: ZooNetwork {
  let description = NetworkDescription(
    "googlenet", "GoogLeNet", input: [1, 3, 224, 224],
    citation: "Szegedy et al., \"Going Deeper with Convolutions\", CVPR 2015; torchvision's variant")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let pool = Window(3, stride: 2)
    var value = try net.basicConvolution("conv1", input, 64, .centred(7, stride: 2))
    value = try net.maxPool("maxpool1", value, pool, roundsUp: true)
    value = try net.basicConvolution("conv2", value, 64, Window(1))
    value = try net.basicConvolution("conv3", value, 192, .centred(3))
    value = try net.maxPool("maxpool2", value, pool, roundsUp: true)
    value = try inception("inception3a", value, 64, [96, 128], [16, 32], 32, in: &net)
    value = try inception("inception3b", value, 128, [128, 192], [32, 96], 64, in: &net)
    value = try net.maxPool("maxpool3", value, pool, roundsUp: true)
    value = try inception("inception4a", value, 192, [96, 208], [16, 48], 64, in: &net)
    value = try inception("inception4b", value, 160, [112, 224], [24, 64], 64, in: &net)
    value = try inception("inception4c", value, 128, [128, 256], [24, 64], 64, in: &net)
    value = try inception("inception4d", value, 112, [144, 288], [32, 64], 64, in: &net)
    value = try inception("inception4e", value, 256, [160, 320], [32, 128], 128, in: &net)
    value = try net.maxPool("maxpool4", value, Window(2, stride: 2), roundsUp: true)
    value = try inception("inception5a", value, 256, [160, 320], [32, 128], 128, in: &net)
    value = try inception("inception5b", value, 384, [192, 384], [48, 128], 128, in: &net)
    value = try net.flatten("flatten", net.globalAveragePool("avgpool", value))
    return try net.linear("fc", value, 1000)
  }

  private func inception(
    _ name: String, _ input: ValueID, _ direct: Int, _ middle: [Int], _ wide: [Int], _ pooled: Int,
    in net: inout NetworkBuilder
  ) throws -> ValueID {
    var branches = [try net.basicConvolution("\(name).branch1", input, direct, Window(1))]
    for (number, channels) in [(2, middle), (3, wide)] {
      let reduced = try net.basicConvolution("\(name).branch\(number).0", input, channels[0], Window(1))
      branches.append(try net.basicConvolution("\(name).branch\(number).1", reduced, channels[1], .centred(3)))
    }
    let pool = try net.maxPool("\(name).branch4.0", input, .centred(3), roundsUp: true)
    branches.append(try net.basicConvolution("\(name).branch4.1", pool, pooled, Window(1)))
    return try net.concatenate("\(name).cat", branches)
  }
}

extension NetworkBuilder {
  /// Convolution, BatchNormalization and ReLU below `name`: torchvision's `BasicConv2d`.
  mutating func basicConvolution(_ name: String, _ input: ValueID, _ channels: Int, _ window: Window) throws -> ValueID
  {
    var value = try convolution("\(name).conv", input, channels, window)
    value = try batchNormalization("\(name).bn", value, epsilon: 1e-3)
    return try activation("\(name).relu", value, .relu)
  }
}
