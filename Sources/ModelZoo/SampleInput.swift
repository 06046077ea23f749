import Inference

extension NetworkDescription {
  /// A seeded input for `batch` examples: standard normal numbers, or token ids drawn evenly from the vocabulary.
  ///
  /// Equal seeds and batches give equal inputs.
  public func sampleInput(batch: Int = 1, seed: UInt64 = 42) -> Tensor {
    let shape = inputShape(batch: batch)
    guard let vocabulary else {
      return WeightInitialiser(seed: seed, network: name, generates: true)
        .tensor("input", shape, .normal(deviation: 1))
    }
    let stream = WeightStream(key: WeightInitialiser.key(seed, name, "input"))
    let ids = (0..<shape.reduce(1, *)).map { Int64(stream.word($0).multipliedFullWidth(by: UInt64(vocabulary)).high) }
    return Tensor(inputType, shape: shape, elements: ids)
  }
}
