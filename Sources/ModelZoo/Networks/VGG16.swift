import Inference

/// Configuration D, without BatchNormalization.
struct VGG16: ZooNetwork {
  let description = NetworkDescription(
    "vgg16", "VGG-16", input: [1, 3, 224, 224],
    citation: "Simonyan & Zisserman, \"Very Deep Convolutional Networks for Large-Scale Image Recognition\", ICLR 2015")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = input
    var index = 0
    for (channels, repeats) in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)] {
      for _ in 0..<repeats {
        value = try net.convolution("features.\(index)", value, channels, .centred(3), hasBias: true)
        value = try net.activation("features.\(index + 1)", value, .relu)
        index += 2
      }
      value = try net.maxPool("features.\(index)", value, Window(2, stride: 2))
      index += 1
    }
    value = try net.flatten("flatten", value)
    value = try net.activation("classifier.1", net.linear("classifier.0", value, 4096), .relu)
    value = try net.activation("classifier.4", net.linear("classifier.3", value, 4096), .relu)
    return try net.linear("classifier.6", value, 1000)
  }
}
