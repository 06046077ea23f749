import Inference

/// What a network of the zoo is, known without building it.
public struct NetworkDescription: Sendable {
  /// What `models`, `infer` and scenarios call it, such as `mobilenet_v2`.
  public let name: String
  /// What its authors call it.
  public let title: String
  /// The paper or reference implementation that the layers are from.
  public let citation: String
  /// The type of the network's one input, named `input`.
  public let inputType: ElementType
  /// The shape of the input for one example, the batch axis included.
  public let inputShape: [Int]
  /// Which axis of the input is the batch.
  public let batchAxis: Int
  /// For a network that reads token ids: ids lie in `0..<vocabulary`.
  public let vocabulary: Int?

  init(
    _ name: String, _ title: String, input shape: [Int], _ elementType: ElementType = .float32, batchAxis: Int = 0,
    vocabulary: Int? = nil, citation: String
  ) {
    self.name = name
    self.title = title
    self.citation = citation
    inputType = elementType
    inputShape = shape
    self.batchAxis = batchAxis
    self.vocabulary = vocabulary
  }

  /// The shape of the input for `batch` examples at once.
  public func inputShape(batch: Int) -> [Int] {
    var shape = inputShape
    shape[batchAxis] = batch
    return shape
  }
}
