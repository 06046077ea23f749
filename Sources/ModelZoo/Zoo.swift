import Inference

/// The built-in networks: published topologies with seeded weights.
///
/// Layers are named by the module paths of the reference implementation (torchvision's where it has the network), so
/// that a dotted prefix such as `features.18` names a module.
public enum Zoo {
  /// The networks, small images to large ones, then sequences.
  package static let all: [any ZooNetwork] = [
    LeNet5(), AlexNet(), VGG16(), ResNet.resNet18, ResNet.resNet50, MobileNetV1(), MobileNetV2(), MobileNetV3.small,
    MobileNetV3.large, SqueezeNet(), GoogLeNet(), InceptionV3(), EfficientNet(), DenseNet(), ShuffleNetV2(),
    TinyYOLOv2(), UNet(), MLP(), FullyConnectedAutoencoder(), DSCNN(), ResNet8(), RecurrentNetwork.lstm,
    RecurrentNetwork.gru, BERTMini(), DistilBERT(), GPT2(),
  ]

  /// What each network is, in the order of the listing.
  public static let descriptions: [NetworkDescription] = all.map(\.description)

  /// The description of the network of that name, or `nil`.
  public static func find(_ name: String) -> NetworkDescription? { descriptions.first { $0.name == name } }

  /// Builds a network for `batch` examples at once.
  ///
  /// Equal seeds give equal weights, whatever the batch; they are random, scaled so that activations keep their size
  /// from layer to layer. Without weights, float constants are zeros that take no memory until they are read: enough
  /// for shapes, costs and cuts, and fast. Throws `ZooError` for an unknown name or a batch out of range.
  public static func build(_ name: String, batch: Int = 1, seed: UInt64 = 42, withWeights: Bool = true) throws
    -> Graph
  {
    guard let network = all.first(where: { $0.description.name == name }) else {
      throw ZooError.unknownNetwork(name)
    }
    guard (1...maximumBatch).contains(batch) else { throw ZooError.batchOutOfRange(batch) }
    let weights = WeightInitialiser(seed: seed, network: name, generates: withWeights)
    var net = NetworkBuilder(name: name, weights: weights)
    let description = network.description
    let input = net.input("input", description.inputType, description.inputShape(batch: batch))
    net.output(try network.layers(from: input, in: &net))
    return net.build()
  }

  /// Larger batches are refused, well before sizes overflow.
  static let maximumBatch = 65_536
}

/// Why a network cannot be built.
public enum ZooError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknownNetwork(String)
  case batchOutOfRange(Int)

  public var description: String {
    switch self {
    case .unknownNetwork(let name):
      "no network '\(name)' in the zoo; there are \(Zoo.descriptions.map(\.name).joined(separator: ", "))"
    case .batchOutOfRange(let batch): "a batch must be between 1 and \(Zoo.maximumBatch), not \(batch)"
    }
  }
}
