import Inference

/// Small networks that show what larger ones are made of.
enum Networks {
  /// A residual block with a projection, then a SiLU block, pooling by a mean, and a biased product.
  static func residual(seed: UInt64 = 1) throws -> Graph {
    var net = Weights(GraphBuilder(name: "residual"), seed: seed)
    let input = net.builder.input("input", .float32, [1, 3, 9, 7])
    let stem = try net.convolution("stem", input, [8, 3, 3, 3], normalized: true, activation: "Relu")
    let left = try net.convolution("block.left", stem, [8, 8, 3, 3], normalized: true)
    let right = try net.convolution("block.right", stem, [8, 8, 1, 1], normalized: true)
    let sum = try net.node("block.add", "Add", [left, right])
    let relu = try net.node("block.relu", "Relu", [sum])
    let wide = try net.convolution("silu.conv", relu, [16, 8, 1, 1])
    let gate = try net.node("silu.sigmoid", "Sigmoid", [wide])
    let silu = try net.node("silu.mul", "Mul", [wide, gate])
    let clipped = try net.convolution("clip.conv", silu, [8, 16, 1, 1], normalized: true, activation: "LeakyRelu")
    let skip = try net.node("skip.add", "Add", [clipped, relu])
    let mean = try net.node("mean", "ReduceMean", [skip], ["axes": .ints([2, 3]), "keepdims": .int(0)])
    let product = try net.node("head.matmul", "MatMul", [mean, net.weight("head.weight", [8, 5])])
    let biased = try net.node("head.bias", "Add", [product, net.weight("head.bias.weight", [5])])
    net.builder.output(try net.node("head.softmax", "Softmax", [biased]))
    return net.builder.build()
  }

  /// x -> a, b -> a + b, without weights.
  static func diamond(_ size: Int) throws -> Graph {
    var builder = GraphBuilder(name: "diamond")
    let x = builder.input("x", .float32, [size])
    let a = try builder.node("a", "ReduceSum", [x], ["keepdims": .int(1)])[0]
    let wide = try builder.node("wide", "Sqrt", [x])[0]
    let b = try builder.node("b", "Log", [wide])[0]
    let sum = try builder.node("sum", "Add", [a, b])[0]
    if let sum { builder.output(sum) }
    return builder.build()
  }

  /// Shapes that depend on values: a slice whose end is an input, then arithmetic on it.
  static func dynamic() throws -> Graph {
    var builder = GraphBuilder(name: "dynamic")
    let x = builder.input("x", .float32, [6])
    let end = builder.input("end", .int64, [1])
    let start = builder.constant("start", Tensor(int64s: [0]))
    let slice = try builder.node("slice", "Slice", [x, start, end])[0]
    let double = try builder.node("double", "Add", [slice, slice])[0]
    let shape = try builder.node("shape", "Shape", [double])[0]
    if let double, let shape {
      builder.output(double)
      builder.output(shape)
    }
    return builder.build()
  }
}

/// A builder that makes seeded weights as it goes.
struct Weights {
  var builder: GraphBuilder
  let seed: UInt64

  init(_ builder: GraphBuilder, seed: UInt64) {
    self.builder = builder
    self.seed = seed
  }

  mutating func weight(_ name: String, _ shape: [Int]) throws -> ValueID {
    builder.constant(name, try Tensor.random(.float32, shape, seed: seed, name: name))
  }

  mutating func node(
    _ name: String, _ operatorName: String, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:]
  ) throws -> ValueID {
    guard let output = try builder.node(name, operatorName, inputs, attributes)[0] else {
      throw ShapeError("\(name) has no output")
    }
    return output
  }

  mutating func convolution(
    _ name: String, _ input: ValueID, _ shape: [Int], normalized: Bool = false, activation: String? = nil
  ) throws -> ValueID {
    let pads = [Int](repeating: shape[2] / 2, count: 4)
    var value = try node("\(name).conv", "Conv", [input, weight("\(name).weight", shape)], ["pads": .ints(pads)])
    if normalized {
      let factors = try ["scale", "shift", "mean"].map { try weight("\(name).\($0)", [shape[0]]) }
      let variance = builder.constant(
        "\(name).variance", Tensor(shape: [shape[0]], (0..<shape[0]).map { 0.5 + Float($0) / 7 }))
      value = try node("\(name).bn", "BatchNormalization", [value] + factors + [variance])
    }
    if let activation { value = try node("\(name).act", activation, [value]) }
    return value
  }
}
