import Inference

/// Depthwise separable convolutions, width 1.0 at 224 x 224.
///
/// A block `features.N` is depthwise convolution, BatchNormalization, ReLU (0 to 2) and the same pointwise (3 to 5).
struct MobileNetV1: ZooNetwork {
  let description = NetworkDescription(
    "mobilenet_v1", "MobileNetV1 1.0", input: [1, 3, 224, 224],
    citation: "Howard et al., \"MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications\", "
      + "arXiv:1704.04861")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let blocks = [
      (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1),
      (1024, 2), (1024, 1),
    ]
    var value = try net.convolutionUnit("features.0", input, 32, .centred(3, stride: 2), .relu)
    for (index, (channels, stride)) in blocks.enumerated() {
      let name = "features.\(index + 1)"
      value = try net.depthwise("\(name).0", value, .centred(3, stride: stride))
      value = try net.activation("\(name).2", net.batchNormalization("\(name).1", value), .relu)
      value = try net.convolution("\(name).3", value, channels, Window(1))
      value = try net.activation("\(name).5", net.batchNormalization("\(name).4", value), .relu)
    }
    value = try net.flatten("flatten", net.globalAveragePool("avgpool", value))
    return try net.linear("classifier", value, 1000)
  }
}
