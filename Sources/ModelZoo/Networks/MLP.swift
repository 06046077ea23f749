import Inference

/// Two hidden layers of 1024 on 784 pixels.
struct MLP: ZooNetwork {
  let description = NetworkDescription(
    "mlp", "Multilayer perceptron", input: [1, 784],
    citation: "Rumelhart, Hinton & Williams, \"Learning representations by back-propagating errors\", Nature 1986")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = try net.activation("relu1", net.linear("fc1", input, 1024), .relu)
    value = try net.activation("relu2", net.linear("fc2", value, 1024), .relu)
    return try net.linear("fc3", value, 10)
  }
}
