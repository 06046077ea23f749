import Inference

/// The image classification network of MLPerf Tiny: three residual blocks on CIFAR-10.
struct ResNet8: ZooNetwork {
  let description = NetworkDescription(
    "resnet8", "ResNet-8 (MLPerf Tiny IC)", input: [1, 3, 32, 32],
    citation: "Banbury et al., \"MLPerf Tiny Benchmark\", NeurIPS Datasets and Benchmarks 2021; mlcommons/tiny")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = try net.convolution("conv1", input, 16, .centred(3), hasBias: true)
    value = try net.activation("relu", net.batchNormalization("bn1", value, epsilon: 1e-3), .relu)
    for (stage, channels) in [16, 32, 64].enumerated() {
      value = try block("layer\(stage + 1)", value, channels, in: &net)
    }
    value = try net.flatten("flatten", net.globalAveragePool("avgpool", value))
    value = try net.linear("fc", value, 10)
    return try net.apply("Softmax", "softmax", [value], ["axis": .int(1)])
  }

  private func block(_ name: String, _ input: ValueID, _ channels: Int, in net: inout NetworkBuilder) throws -> ValueID
  {
    let changesShape = try net.shape(of: input)[1] != channels
    // TensorFlow's SAME at stride 2: the odd one goes to the bottom and on the right.
    let first = changesShape ? Window([3, 3], stride: 2, pads: [0, 0, 1, 1]) : .centred(3)
    var value = try net.convolution("\(name).conv1", input, channels, first, hasBias: true)
    value = try net.batchNormalization("\(name).bn1", value, epsilon: 1e-3)
    value = try net.activation("\(name).relu", value, .relu)
    value = try net.convolution("\(name).conv2", value, channels, .centred(3), hasBias: true)
    value = try net.batchNormalization("\(name).bn2", value, epsilon: 1e-3, gain: 0.5)
    let shortcut =
      changesShape
      ? try net.convolution("\(name).downsample", input, channels, Window(1, stride: 2), hasBias: true) : input
    return try net.activation("\(name).relu", net.add("\(name).add", shortcut, value), .relu)
  }
}
