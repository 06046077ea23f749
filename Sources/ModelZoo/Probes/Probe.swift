import Inference

/// A small network that is only measured: layers of one kind over the sizes that networks have.
///
/// `offloadsim profile` times them, so that a device profile holds layers of every kind in many sizes and not only those
/// of the networks at hand.
public struct Probe: Sendable {
  public let name: String
  let inputShape: [Int]
  let layers: @Sendable (_ input: ValueID, _ net: inout NetworkBuilder) throws -> ValueID

  init(
    _ name: String, _ inputShape: [Int],
    _ layers: @escaping @Sendable (_ input: ValueID, _ net: inout NetworkBuilder) throws -> ValueID
  ) {
    self.name = "probe \(name)"
    self.inputShape = inputShape
    self.layers = layers
  }

  /// All probes, in a fixed order.
  public static let all = convolutions + depthwise + products + recurrent + transformers + others

  /// The network with seeded weights.
  public func build() throws -> Graph {
    var net = NetworkBuilder(
      name: name, weights: WeightInitialiser(seed: 42, network: name, generates: true))
    let input = net.input("input", .float32, inputShape)
    net.output(try layers(input, &net))
    return net.build()
  }
}
