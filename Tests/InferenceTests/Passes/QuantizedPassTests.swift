import Inference
import Testing

/// Networks of DequantizeLinear, an operator and QuantizeLinear against their integer kernels.
struct QuantizedPassTests {
  enum Kind: String, Sendable, CaseIterable { case conv, convPerChannel, depthwise, matmul, gemm, gemmTransposed }

  @Test(arguments: Kind.allCases, [ElementType.uint8, .int8])
  func productsAreComputedInIntegers(kind: Kind, type: ElementType) throws {
    for activation in [nil, "Relu"] {
      let graph = try quantizedNetwork(kind, type, activation)
      let passes = try PassCase("quantized", graph)
      let expected =
        switch kind {
        case .conv, .convPerChannel, .depthwise: "QLinearConv"
        case .matmul: "QLinearMatMul"
        case .gemm, .gemmTransposed: "QGemm"
        }
      #expect(passes.operators == ["QuantizeLinear", expected, "DequantizeLinear"])
      try expectWithinOneStep(passes)
    }
  }

  @Test(arguments: ["Add", "Mul"])
  func elementwiseOperatorsAreComputedInIntegers(name: String) throws {
    let graph = try network([2, 3, 5]) { net, x in
      let left = try pair("left", x, scale: 0.03, zero: 120, .uint8, &net)
      let right = try pair("right", try net.node("sin", "Sin", [x]), scale: 0.01, zero: 100, .uint8, &net)
      return try pair("out", try net.node("op", name, [left, right]), scale: 0.04, zero: 110, .uint8, &net)
    }
    let passes = try PassCase("quantized", graph)
    #expect(passes.operators == ["QuantizeLinear", "Sin", "QuantizeLinear", "QLinear\(name)", "DequantizeLinear"])
    try expectWithinOneStep(passes)
  }

  @Test(arguments: ["MaxPool", "Reshape", "Transpose"])
  func operatorsThatMoveElementsWorkOnIntegers(name: String) throws {
    let graph = try network([1, 2, 4, 4]) { net, x in
      let value = try pair("in", x, scale: 0.03, zero: 120, .uint8, &net)
      let moved =
        switch name {
        case "MaxPool": try net.node("op", name, [value], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
        case "Reshape": try net.node("op", name, [value, net.integers([4, 8])])
        default: try net.node("op", name, [value], ["perm": .ints([0, 2, 3, 1])])
        }
      return try pair("out", moved, scale: 0.03, zero: 120, .uint8, &net)
    }
    let passes = try PassCase("quantized", graph)
    #expect(passes.operators == ["QuantizeLinear", name, "DequantizeLinear"])
    try passes.expectSameResults()
  }

  @Test func quantisingWhatWasDequantisedIsNothing() throws {
    let graph = try network([5]) { net, x in
      let once = try pair("once", x, scale: 0.02, zero: 128, .uint8, &net)
      return try pair("twice", once, scale: 0.02, zero: 128, .uint8, &net)
    }
    let passes = try PassCase("quantized", graph)
    #expect(passes.operators == ["QuantizeLinear", "DequantizeLinear"])
    try passes.expectSameResults()
  }

  @Test func aReluThatSaturationDoesNotReplaceStaysInFloats() throws {
    let graph = try network([1, 2, 5, 5]) { net, x in
      let value = try pair("in", x, scale: 0.03, zero: 120, .uint8, &net)
      let conv = try net.node(
        "conv", "Conv", [value, try weights("w", [3, 2, 3, 3], perChannel: false, axis: 0, &net)])
      return try pair("out", try net.node("relu", "Relu", [conv]), scale: 0.05, zero: 100, .uint8, &net)
    }
    let passes = try PassCase("quantized", graph)
    #expect(passes.operators.contains("Conv") && passes.operators.contains("Relu"))
    try passes.expectSameResults()
  }

  @Test func aResultThatSomebodyElseReadsStaysInFloats() throws {
    var net = Weights(GraphBuilder(name: "read", opsets: ["": 17]), seed: 2)
    let x = net.builder.input("x", .float32, [3, 4])
    let product = try net.node(
      "product", "MatMul",
      [
        try pair("in", x, scale: 0.03, zero: 120, .uint8, &net),
        try weights("w", [4, 5], perChannel: false, axis: 1, &net),
      ])
    net.builder.output(try pair("out", product, scale: 0.05, zero: 128, .uint8, &net))
    net.builder.output(product)
    let passes = try PassCase("quantized", net.builder.build())
    #expect(passes.operators.contains("MatMul"))
    try passes.expectSameResults()
  }

  private func quantizedNetwork(_ kind: Kind, _ type: ElementType, _ activation: String?) throws -> Graph {
    let isConvolution = [.conv, .convPerChannel, .depthwise].contains(kind)
    let zero = type == .uint8 ? 128 : 3
    let lowest = type == .uint8 ? 0 : -128
    return try network(isConvolution ? [2, 4, 7, 6] : [3, 8]) { net, x in
      let value = try pair("in", x, scale: 0.025, zero: zero, type, &net)
      var result: ValueID
      switch kind {
      case .conv, .convPerChannel, .depthwise:
        let shape = kind == .depthwise ? [4, 1, 3, 3] : [5, 4, 3, 3]
        let group: [String: Attribute] = ["group": .int(kind == .depthwise ? 4 : 1), "pads": .ints([1, 1, 1, 1])]
        let w = try weights("w", shape, perChannel: kind != .conv, axis: 0, &net)
        result = try net.node("op", "Conv", [value, w, net.weight("b", [shape[0]])], group)
      case .matmul:
        result = try net.node("op", "MatMul", [value, try weights("w", [8, 6], perChannel: true, axis: 1, &net)])
      case .gemm:
        let w = try weights("w", [8, 6], perChannel: false, axis: 1, &net)
        result = try net.node("op", "Gemm", [value, w, net.weight("b", [6])])
      case .gemmTransposed:
        let w = try weights("w", [6, 8], perChannel: true, axis: 0, &net)
        result = try net.node("op", "Gemm", [value, w, net.weight("b", [6])], ["transB": .int(1)])
      }
      if let activation { result = try net.node("act", activation, [result]) }
      return try pair("out", result, scale: 0.08, zero: activation == nil ? zero : lowest, type, &net)
    }
  }

  /// QuantizeLinear and DequantizeLinear in a row.
  private func pair(
    _ name: String, _ value: ValueID, scale: Float, zero: Int, _ type: ElementType, _ net: inout Weights
  ) throws -> ValueID {
    let point =
      type == .uint8
      ? Tensor(.uint8, shape: [], elements: [UInt8(zero)]) : Tensor(.int8, shape: [], elements: [Int8(zero)])
    let parameters = [net.number(scale), net.builder.constant("\(name).zero", point)]
    let quantized = try net.node("\(name).q", "QuantizeLinear", [value] + parameters)
    return try net.node("\(name).dq", "DequantizeLinear", [quantized] + parameters)
  }

  /// Constant int8 weights behind a DequantizeLinear.
  private func weights(
    _ name: String, _ shape: [Int], perChannel: Bool, axis: Int, _ net: inout Weights
  ) throws -> ValueID {
    let count = shape.reduce(1, *)
    let integers = (0..<count).map { Int8(truncatingIfNeeded: ($0 * 37 + 11) % 201 - 100) }
    let channels = perChannel ? shape[axis] : 1
    let scales = Tensor(shape: perChannel ? [channels] : [], (0..<channels).map { 0.002 + 0.0005 * Float($0) })
    let zeros = Tensor(.int8, shape: perChannel ? [channels] : [], elements: [Int8](repeating: 0, count: channels))
    return try net.node(
      "\(name).dq", "DequantizeLinear",
      [
        net.builder.constant(name, Tensor(.int8, shape: shape, elements: integers)),
        net.builder.constant("\(name).scale", scales), net.builder.constant("\(name).zero", zeros),
      ], ["axis": .int(axis)])
  }

  /// The result, before it is dequantised, is at most one step off; most elements are equal.
  private func expectWithinOneStep(_ passes: PassCase) throws {
    let inputs = try passes.before.randomInputs(seed: 3)
    let expected = try Executor(passes.before).run(inputs)[0].floatElements
    let results = try Executor(passes.after).run(inputs)[0].floatElements
    let differences = zip(results, expected).map { abs($0 - $1) }
    let step = Set(expected).sorted().adjacentDifferences.min() ?? 0
    #expect(step > 0)
    #expect(differences.allSatisfy { $0 <= 1.001 * step })
    #expect(differences.filter { $0 > 0 }.count * 20 <= differences.count + 20)
  }
}

extension [Float] {
  fileprivate var adjacentDifferences: [Float] { zip(dropFirst(), self).map { $0 - $1 }.filter { $0 > 1e-6 } }
}
