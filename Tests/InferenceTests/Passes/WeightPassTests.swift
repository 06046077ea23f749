import Inference
import Testing

struct WeightPassTests {
  @Test(arguments: [1, 2])
  func normalisationGoesIntoTheConvolutionBeforeIt(group: Int) throws {
    let graph = try network([2, 4, 6, 5]) { net, x in
      let conv = try net.node(
        "conv", "Conv", [x, net.weight("w", [6, 4 / group, 3, 3]), net.weight("b", [6])], ["group": .int(group)])
      return try normalized("bn", conv, 6, &net)
    }
    let passes = try PassCase("batch-norm-weights", graph)
    #expect(passes.operators == ["Conv"])
    #expect(passes.after.nodes[0].name == "bn")
    try passes.expectSameResults(within: 1e-5)
    #expect(try PassCase("standard", graph).operators == ["Conv", "BatchNormalization"])
  }

  @Test(arguments: [1, 2])
  func normalisationGoesIntoTheTransposedConvolutionBeforeIt(group: Int) throws {
    let graph = try network([1, 4, 5, 4]) { net, x in
      let conv = try net.node(
        "up", "ConvTranspose", [x, net.weight("w", [4, 6 / group, 2, 3])],
        ["group": .int(group), "strides": .ints([2, 2])])
      return try normalized("bn", conv, 6, &net)
    }
    let passes = try PassCase("batch-norm", graph)
    #expect(passes.operators == ["ConvTranspose"])
    try passes.expectSameResults(within: 1e-5)
  }

  @Test(arguments: [0, 1], [0, 1])
  func normalisationGoesIntoTheProductAroundIt(transposesB: Int, isBefore: Int) throws {
    let graph = try network([5, 4]) { net, x in
      let weights = try net.weight("w", transposesB == 1 ? [7, 4] : [4, 7])
      let attributes: [String: Attribute] = [
        "transB": .int(transposesB), "alpha": .float(0.5), "beta": .float(2),
      ]
      if isBefore == 1 {
        return try net.node("gemm", "Gemm", [normalized("bn", x, 4, &net), weights, net.weight("c", [7])], attributes)
      }
      return try normalized("bn", net.node("gemm", "Gemm", [x, weights, net.weight("c", [7])], attributes), 7, &net)
    }
    let passes = try PassCase(isBefore == 1 ? "batch-norm" : "batch-norm-weights", graph)
    #expect(passes.operators == ["Gemm"])
    try passes.expectSameResults(within: 1e-5)
  }

  @Test(arguments: [0, 1])
  func normalisationGoesIntoTheConvolutionBehindItUnlessThatIsPadded(pad: Int) throws {
    let graph = try network([1, 4, 6, 6]) { net, x in
      let pads = [Int](repeating: pad, count: 4)
      let input = try normalized("bn", x, 4, &net)
      return try net.node("conv", "Conv", [input, net.weight("w", [3, 4, 3, 3])], ["pads": .ints(pads)])
    }
    let passes = try PassCase("batch-norm", graph)
    #expect(passes.operators == (pad == 0 ? ["Conv"] : ["BatchNormalization", "Conv"]))
    try passes.expectSameResults(within: 1e-5)
  }

  @Test func normalisationThatTheFusionAppliesStays() throws {
    let graph = try network([1, 4, 6, 6]) { net, x in
      let first = try net.node("first", "Conv", [x, net.weight("v", [4, 4, 1, 1])])
      return try net.node("second", "Conv", [normalized("bn", first, 4, &net), net.weight("w", [3, 4, 1, 1])])
    }
    let passes = try PassCase("batch-norm", graph)
    #expect(passes.operators == ["Conv", "BatchNormalization", "Conv"])
  }

  @Test func constantsGoIntoTheWeights() throws {
    let graph = try network([1, 3, 6, 6]) { net, x in
      var value = try net.node("minus", "Sub", [x, net.weight("mean", [1, 3, 1, 1])])
      value = try net.node(
        "over", "Div", [value, net.builder.constant("std", Tensor(shape: [3, 1, 1], [2, 4, 0.5]))])
      value = try net.node("conv", "Conv", [value, net.weight("w", [4, 3, 3, 3])])
      value = try net.node("times", "Mul", [net.weight("scale", [4, 1, 1]), value])
      return try net.node("half", "Mul", [value, net.number(0.5)])
    }
    let passes = try PassCase("scales", graph)
    #expect(passes.operators == ["Conv"])
    try passes.expectSameResults(within: 1e-5)
  }

  @Test func aFactorOfAProductGoesIntoItsMatrix() throws {
    let graph = try network([2, 5, 4]) { net, x in
      let product = try net.node("q", "MatMul", [x, net.weight("w", [4, 6])])
      return try net.node("scaled", "Mul", [product, net.number(0.125)])
    }
    let passes = try PassCase("scales", graph)
    #expect(passes.operators == ["MatMul"])
    try passes.expectSameResults(within: 1e-6)
  }

  @Test func whatDiffersByMoreThanTheChannelStays() throws {
    let graph = try network([1, 3, 4, 4]) { net, x in
      let conv = try net.node("conv", "Conv", [x, net.weight("w", [4, 3, 1, 1])])
      return try net.node("times", "Mul", [conv, net.weight("mask", [4, 4])])
    }
    #expect(try PassCase("scales", graph).operators == ["Conv", "Mul"])
  }

  private func normalized(_ name: String, _ input: ValueID, _ channels: Int, _ net: inout Weights) throws -> ValueID {
    let factors = try ["scale", "shift", "mean"].map { try net.weight("\(name).\($0)", [channels]) }
    let variance = net.builder.constant(
      "\(name).variance", Tensor(shape: [channels], (0..<channels).map { 0.5 + Float($0) / 7 }))
    return try net.node(name, "BatchNormalization", [input] + factors + [variance])
  }
}
