import Inference

/// Digits of 28 x 28, in the form in use today: rectifiers and maximum pools.
struct LeNet5: ZooNetwork {
  let description = NetworkDescription(
    "lenet5", "LeNet-5", input: [1, 1, 28, 28],
    citation: "LeCun et al., \"Gradient-Based Learning Applied to Document Recognition\", Proc. IEEE 1998")

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    var value = try net.convolution("conv1", input, 6, .centred(5), hasBias: true)
    value = try net.activation("relu1", value, .relu)
    value = try net.maxPool("pool1", value, Window(2, stride: 2))
    value = try net.convolution("conv2", value, 16, Window(5), hasBias: true)
    value = try net.activation("relu2", value, .relu)
    value = try net.maxPool("pool2", value, Window(2, stride: 2))
    value = try net.flatten("flatten", value)
    value = try net.activation("relu3", net.linear("fc1", value, 120), .relu)
    value = try net.activation("relu4", net.linear("fc2", value, 84), .relu)
    return try net.linear("fc3", value, 10)
  }
}
