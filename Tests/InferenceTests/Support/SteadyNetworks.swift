import Inference
import Testing

extension Networks {
  /// Every method of convolution, pools of both kinds, and two fully connected layers.
  static func pools(seed: UInt64 = 2) throws -> Graph {
    var net = Weights(GraphBuilder(name: "pools"), seed: seed)
    let input = net.builder.input("input", .float32, [1, 3, 40, 40])
    let first = try net.convolution("first", input, [16, 3, 5, 5], activation: "Relu")
    // Without its second output, the positions.
    let pooled = try #require(
      try net.builder.node(
        "pool", "MaxPool", [first], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])], outputNames: ["pool"])[0]
    )
    let tiled = try net.convolution("tiled", pooled, [32, 16, 3, 3], activation: "Relu")
    let wide = try net.convolution("wide", tiled, [48, 32, 1, 1], activation: "Relu")
    let depthwise = try net.node(
      "depthwise", "Conv", [wide, net.weight("depthwise.weight", [48, 1, 3, 3])], ["group": .int(48)])
    let mean = try net.node(
      "mean", "AveragePool", [depthwise], ["kernel_shape": .ints([3, 3]), "strides": .ints([3, 3])])
    let joined = try net.node("join", "Concat", [mean, mean], ["axis": .int(1)])
    let global = try net.node("global", "GlobalAveragePool", [joined])
    let flat = try net.node("flat", "Flatten", [global])
    let hidden = try net.node("hidden", "Gemm", [flat, net.weight("hidden.weight", [96, 64])])
    let relu = try net.node("relu", "Relu", [hidden])
    net.builder.output(try net.node("head", "Gemm", [relu, net.weight("head.weight", [10, 64])], ["transB": .int(1)]))
    return net.builder.build()
  }

  /// LSTM, GRU and RNN after each other.
  static func recurrent(seed: UInt64 = 3) throws -> Graph {
    var net = Weights(GraphBuilder(name: "recurrent"), seed: seed)
    var value = net.builder.input("input", .float32, [7, 2, 20])
    var size = 20
    for (name, gates, hidden) in [("LSTM", 4, 24), ("GRU", 3, 17), ("RNN", 1, 50)] {
      let w = try net.weight("\(name).w", [1, gates * hidden, size])
      let r = try net.weight("\(name).r", [1, gates * hidden, hidden])
      let b = try net.weight("\(name).b", [1, 2 * gates * hidden])
      let steps = try net.node(name, name, [value, w, r, b], ["hidden_size": .int(hidden)])
      let axes = net.builder.constant("\(name).axes", Tensor(int64s: [1]))
      value = try net.node("\(name).squeeze", "Squeeze", [steps, axes])
      size = hidden
    }
    net.builder.output(value)
    return net.builder.build()
  }

  /// One layer of attention written out, as exporters do.
  static func transformer(seed: UInt64 = 4) throws -> Graph {
    var net = Weights(GraphBuilder(name: "transformer"), seed: seed)
    let (rows, heads, size) = (12, 2, 16)
    let width = heads * size
    let x = net.builder.input("input", .float32, [1, rows, width])
    func split(_ name: String, _ order: [Int]) throws -> ValueID {
      let product = try net.node("\(name).matmul", "MatMul", [x, net.weight("\(name).weight", [width, width])])
      let biased = try net.node("\(name).bias", "Add", [product, net.weight("\(name).bias.weight", [width])])
      let shape = net.builder.constant("\(name).shape", Tensor(int64s: [1, rows, heads, size]))
      let reshaped = try net.node("\(name).reshape", "Reshape", [biased, shape])
      return try net.node("\(name).transpose", "Transpose", [reshaped], ["perm": .ints(order)])
    }
    let query = try split("query", [0, 2, 1, 3])
    let key = try split("key", [0, 2, 3, 1])
    let value = try split("value", [0, 2, 1, 3])
    let scores = try net.node("scores", "MatMul", [query, key])
    let scaled = try net.node("scaled", "Mul", [scores, net.builder.constant("scale", Tensor(shape: [], [0.25]))])
    let weights = try net.node("softmax", "Softmax", [scaled])
    let mixed = try net.node("mixed", "MatMul", [weights, value])
    let turned = try net.node("turned", "Transpose", [mixed], ["perm": .ints([0, 2, 1, 3])])
    let joined = net.builder.constant("joined", Tensor(int64s: [1, rows, width]))
    let flat = try net.node("flat", "Reshape", [turned, joined])
    let added = try net.node("added", "Add", [flat, x])
    let normalized = try net.node(
      "normalized", "LayerNormalization", [added, net.weight("gain", [width]), net.weight("shift", [width])])
    let erf = try net.node("erf", "Erf", [normalized])
    net.builder.output(erf)
    return net.builder.build()
  }
}
