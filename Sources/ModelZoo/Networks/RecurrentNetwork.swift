import Inference

/// Two recurrent layers of 256 over 100 steps of 128 features; the output is the sequence of hidden states.
struct RecurrentNetwork: ZooNetwork {
  let description: NetworkDescription
  let operatorName: String
  let gates: Int
  let attributes: [String: Attribute]

  static let lstm = RecurrentNetwork(
    description: NetworkDescription(
      "lstm", "LSTM, 2 layers of 256", input: [100, 1, 128], batchAxis: 1,
      citation: "Hochreiter & Schmidhuber, \"Long Short-Term Memory\", Neural Computation 1997"),
    operatorName: "LSTM", gates: 4, attributes: [:])

  static let gru = RecurrentNetwork(
    description: NetworkDescription(
      "gru", "GRU, 2 layers of 256", input: [100, 1, 128], batchAxis: 1,
      citation: "Cho et al., \"Learning Phrase Representations using RNN Encoder-Decoder\", EMNLP 2014"),
    // As PyTorch computes the candidate state: the reset gate after the recurrent product.
    operatorName: "GRU", gates: 3, attributes: ["linear_before_reset": .int(1)])

  func layers(from input: ValueID, in net: inout NetworkBuilder) throws -> ValueID {
    let hidden = 256
    // PyTorch's initialisation of recurrent layers.
    let bound = 1 / Float(hidden).squareRoot()
    let distribution = WeightDistribution.uniform(low: -bound, high: bound)
    var value = input
    for index in 0..<2 {
      let (name, width) = ("rnn.\(index)", try net.shape(of: value)[2])
      let inputs = [
        value, net.parameter("\(name).weight_ih", [1, gates * hidden, width], distribution),
        net.parameter("\(name).weight_hh", [1, gates * hidden, hidden], distribution),
        net.parameter("\(name).bias", [1, 2 * gates * hidden], distribution),
      ]
      let sequence = try net.apply(
        operatorName, name, inputs, attributes.merging(["hidden_size": .int(hidden)]) { $1 })
      // [steps, directions, batch, hidden] with its one direction dropped
      let axes = net.integers("\(name).squeeze.axes", [1])
      value = try net.apply("Squeeze", "\(name).squeeze", [sequence, axes])
    }
    return value
  }
}
