import Inference

/// DenseNet-121: growth 32, bottlenecks of 128, compression by half.
///
/// Each layer's output is joined to what came before, as in the authors' Caffe model, so that one tensor holds a
/// block's state; PyTorch joins the separate outputs anew for every layer, with the same elements.
struct DenseNet: ZooNetwork {
  let description = NetworkDescription(
    "densenet121", "DenseNet-121", input: [1, 3, 224, 224],
    citation: "Huang et al., \"Densely Connected Convolutional Networks\", CVPR 2017")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = try net.convolution("features.conv0", input, 64, .centred(7, stride: 2))
    value = try net.batchNormalization("features.norm0", value)
    value = try net.activation("features.relu0", value, .relu)
    value = try net.maxPool("features.pool0", value, .centred(3, stride: 2))
    for (block, layers) in [6, 12, 24, 16].enumerated() {
      for index in 0..<layers {
        value = try denseLayer("features.denseblock\(block + 1).denselayer\(index + 1)", value, in: &net)
      }
      if block < 3 { value = try transition("features.transition\(block + 1)", value, in: &net) }
    }
    value = try net.batchNormalization("features.norm5", value)
    value = try net.activation("relu", value, .relu)
    value = try net.flatten("flatten", net.globalAveragePool("avgpool", value))
    return try net.linear("classifier", value, 1000)
  }

  private func denseLayer(_ name: String, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = input
    for (number, channels, window) in [(1, 128, Window(1)), (2, 32, Window.centred(3))] {
      value = try net.batchNormalization("\(name).norm\(number)", value)
      value = try net.activation("\(name).relu\(number)", value, .relu)
      value = try net.convolution("\(name).conv\(number)", value, channels, window)
    }
    return try net.concatenate("\(name).cat", [input, value])
  }

  private func transition(_ name: String, _ input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let channels = try net.shape(of: input)[1] / 2
    var value = try net.batchNormalization("\(name).norm", input)
    value = try net.activation("\(name).relu", value, .relu)
    value = try net.convolution("\(name).conv", value, channels, Window(1))
    return try net.averagePool("\(name).pool", value, Window(2, stride: 2))
  }
}
