import Inference

/// The single-tower variant, as torchvision has it.
struct AlexNet: ZooNetwork {
  let description = NetworkDescription(
    "alexnet", "AlexNet", input: [1, 3, 224, 224],
    citation: "Krizhevsky, \"One weird trick for parallelizing convolutional neural networks\", arXiv:1404.5997")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let pool = Window(3, stride: 2)
    var value = try net.convolution("features.0", input, 64, Window(11, stride: 4, padding: 2), hasBias: true)
    value = try net.activation("features.1", value, .relu)
    value = try net.maxPool("features.2", value, pool)
    value = try net.convolution("features.3", value, 192, .centred(5), hasBias: true)
    value = try net.activation("features.4", value, .relu)
    value = try net.maxPool("features.5", value, pool)
    for (index, channels) in [(6, 384), (8, 256), (10, 256)] {
      value = try net.convolution("features.\(index)", value, channels, .centred(3), hasBias: true)
      value = try net.activation("features.\(index + 1)", value, .relu)
    }
    value = try net.maxPool("features.12", value, pool)
    value = try net.flatten("flatten", value)
    value = try net.activation("classifier.2", net.linear("classifier.1", value, 4096), .relu)
    value = try net.activation("classifier.5", net.linear("classifier.4", value, 4096), .relu)
    return try net.linear("classifier.6", value, 1000)
  }
}
