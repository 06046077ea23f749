import Inference

extension Probe {
  /// What stands between the products: pools, means, joins, normalisation and upsampling.
  static let others: [Probe] =
    [(112, 48), (56, 128), (28, 160), (14, 320), (7, 640), (32, 12), (24, 6)].map { side, channels in
      Probe("pools at \(side) of \(channels)", [1, channels, side, side]) { input, net in
        let unit = try net.convolution("in", input, channels, .centred(1), hasBias: true)
        let normal = try net.batchNormalization("norm", try net.maxPool("pool3", unit, .centred(3)))
        var value = try net.activation("relu", normal, .relu)
        value = try net.concatenate(
          "join", [value, net.averagePool("mean3", value, .centred(3)), net.add("add", value, unit)])
        let halves = [
          try net.maxPool("half2", value, Window(2, stride: 2)),
          try net.averagePool("mean2", value, Window(2, stride: 2)),
        ]
        let half = try net.concatenate("halves", halves)
        let third = try net.maxPool("half3", half, Window(3, stride: 2))
        let mean = try net.flatten("flatten", net.globalAveragePool("mean", third))
        return try net.apply("Softmax", "out", [net.linear("fc", mean, 10)], ["axis": .int(-1)])
      }
    }
    + [(28, 116), (14, 232), (7, 464), (16, 48), (7, 1024)].map { side, channels in
      Probe("shuffle at \(side) of \(channels)", [1, channels, side, side]) { input, net in
        let unit = try net.convolution("in", input, channels, .centred(1), hasBias: true)
        let sizes = net.integers("split.sizes", [channels / 2, channels / 2])
        let halves = try net.applyAll("Split", "split", [unit, sizes], ["axis": .int(1)], outputs: 2)
        let joined = try net.concatenate("join", [halves[1], halves[0]])
        let split = net.integers("split.shape", [0, 2, channels / 2, side, side])
        let parts = try net.apply("Reshape", "parts", [joined, split])
        let turned = try net.apply("Transpose", "turned", [parts], ["perm": .ints([0, 2, 1, 3, 4])])
        let whole = try net.apply("Reshape", "whole", [turned, net.integers("shape", [0, channels, side, side])])
        return try net.apply("ReduceMean", "mean", [whole], ["axes": .ints([2, 3]), "keepdims": .int(0)])
      }
    }
    + [(128, 48), (128, 80), (64, 96), (64, 160), (32, 160), (32, 320), (16, 320), (16, 448)].map { side, channels in
      Probe("upsampling at \(side) of \(channels)", [1, channels, side, side]) { input, net in
        let unit = try net.convolution("in", input, channels, .centred(1), hasBias: true)
        let shape = [channels, channels / 2, 2, 2]
        let weight = net.weight("up", shape, fanIn: channels, over: unit)
        return try net.apply(
          "ConvTranspose", "up", [unit, weight, net.bias("up", channels / 2)], Window(2, stride: 2).attributes,
          signal: .unit)
      }
    }
}
