import Inference

/// Version 1.1: fire modules, no fully connected layer.
struct SqueezeNet: ZooNetwork {
  let description = NetworkDescription(
    "squeezenet1_1", "SqueezeNet 1.1", input: [1, 3, 224, 224],
    citation: "Iandola et al., \"SqueezeNet\", arXiv:1602.07360; version 1.1 of the authors' repository")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let pool = Window(3, stride: 2)
    var value = try net.convolution("features.0", input, 64, pool, hasBias: true)
    value = try net.activation("features.1", value, .relu)
    value = try net.maxPool("features.2", value, pool, roundsUp: true)
    for (index, squeezed, expanded) in [(3, 16, 64), (4, 16, 64)] {
      value = try fire("features.\(index)", value, squeezed, expanded, in: &net)
    }
    value = try net.maxPool("features.5", value, pool, roundsUp: true)
    for (index, squeezed, expanded) in [(6, 32, 128), (7, 32, 128)] {
      value = try fire("features.\(index)", value, squeezed, expanded, in: &net)
    }
    value = try net.maxPool("features.8", value, pool, roundsUp: true)
    for (index, squeezed, expanded) in [(9, 48, 192), (10, 48, 192), (11, 64, 256), (12, 64, 256)] {
      value = try fire("features.\(index)", value, squeezed, expanded, in: &net)
    }
    value = try net.convolution("classifier.1", value, 1000, Window(1), hasBias: true)
    value = try net.activation("classifier.2", value, .relu)
    return try net.flatten("flatten", net.globalAveragePool("classifier.3", value))
  }

  private func fire(
    _ name: String, _ input: ValueID, _ squeezed: Int, _ expanded: Int, in net: inout NetworkBuilder
  ) throws -> ValueID {
    var value = try net.convolution("\(name).squeeze", input, squeezed, Window(1), hasBias: true)
    value = try net.activation("\(name).squeeze_activation", value, .relu)
    let narrow = try net.convolution("\(name).expand1x1", value, expanded, Window(1), hasBias: true)
    let wide = try net.convolution("\(name).expand3x3", value, expanded, .centred(3), hasBias: true)
    return try net.concatenate(
      "\(name).cat",
      [
        net.activation("\(name).expand1x1_activation", narrow, .relu),
        net.activation("\(name).expand3x3_activation", wide, .relu),
      ])
  }
}
