import Inference

extension Probe {
  /// Fully connected layers at batch 1, their weights from the nearest cache to memory.
  static let products: [Probe] = [
    [640, 128, 128, 8], [400, 120, 84, 10], [64, 96, 12], [256, 512, 256], [784, 768, 384, 10], [1024, 1000],
    [784, 1280, 640, 10], [576, 1024, 1000], [1280, 1000], [2048, 1000], [2048, 2048, 1000], [4608, 3072, 1000],
    [9216, 2560, 4096],
  ].map { widths in
    Probe("linear " + widths.map(String.init).joined(separator: " "), [1, widths[0]]) { input, net in
      var value = input
      for (index, width) in widths.dropFirst().enumerated() {
        value = try net.activation("relu\(index)", try net.linear("fc\(index)", value, width), .relu)
      }
      return value
    }
  }

  /// Recurrent layers over sequences of one example.
  static let recurrent: [Probe] = ["LSTM", "GRU", "RNN"].flatMap { kind in
    [(50, 64, 96), (100, 96, 192), (80, 128, 256), (100, 256, 256), (60, 256, 320), (25, 256, 512)].map {
      steps, features, hidden in
      Probe("\(kind) of \(hidden), \(steps) steps of \(features)", [steps, 1, features]) { input, net in
        let gates = kind == "LSTM" ? 4 : kind == "GRU" ? 3 : 1
        let distribution = WeightDistribution.uniform(low: -0.05, high: 0.05)
        let inputs = [
          input, net.parameter("weight_ih", [1, gates * hidden, features], distribution),
          net.parameter("weight_hh", [1, gates * hidden, hidden], distribution),
          net.parameter("bias", [1, 2 * gates * hidden], distribution),
        ]
        var attributes: [String: Attribute] = ["hidden_size": .int(hidden)]
        if kind == "GRU" { attributes["linear_before_reset"] = .int(1) }
        let sequence = try net.apply(kind, "rnn", inputs, attributes)
        return try net.apply("Squeeze", "squeeze", [sequence, net.integers("squeeze.axes", [1])])
      }
    }
  }

  /// Encoder layers of transformers.
  static let transformers: [Probe] = [
    (32, 64, 2), (64, 128, 2), (128, 192, 3), (128, 320, 5), (96, 512, 8), (128, 640, 10), (128, 768, 12),
  ].map { length, width, heads in
    Probe("encoder of \(width), \(length) tokens", [1, length, width]) { input, net in
      try (0..<(width < 512 ? 2 : 6)).reduce(input) { input, index in
        let name = "layer\(index)"
        var value = try net.attention(
          name, query: net.projection("\(name).query", input, width), key: net.projection("\(name).key", input, width),
          value: net.projection("\(name).value", input, width), heads: heads, isCausal: index % 2 == 1)
        value = try net.projection("\(name).output", value, width)
        value = try net.add("\(name).add", value, input)
        let attended = try net.layerNormalization("\(name).norm", value, epsilon: 1e-5)
        value = try net.projection("\(name).up", attended, 4 * width)
        value = try index % 2 == 1 ? net.geluByTanh("\(name).gelu", value) : net.gelu("\(name).gelu", value)
        value = try net.projection("\(name).down", value, width)
        return try net.layerNormalization(
          "\(name).out", try net.add("\(name).sum", value, attended), epsilon: 1e-5)
      }
    }
  }
}
