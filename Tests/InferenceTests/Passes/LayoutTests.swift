import Inference
import Testing

struct LayoutTests {
  @Test func reshapesInARowBecomeOne() throws {
    let graph = try network([2, 3, 4]) { net, x in
      var value = try net.node("flatten", "Flatten", [x])
      value = try net.node("unsqueeze", "Unsqueeze", [value, net.integers([0])])
      value = try net.node("reshape", "Reshape", [value, net.integers([4, 6])])
      return try net.node("exp", "Exp", [value])
    }
    let passes = try PassCase("reshapes", graph)
    #expect(passes.operators == ["Reshape", "Exp"])
    try passes.expectSameResults()
    #expect(throws: AbsorbedName.self) { try passes.after.node(named: "flatten") }
  }

  @Test func squeezingWhatWasUnsqueezedIsNothing() throws {
    let graph = try network([2, 3]) { net, x in
      var value = try net.node("relu", "Relu", [x])
      value = try net.node("unsqueeze", "Unsqueeze", [value, net.integers([1])])
      value = try net.node("squeeze", "Squeeze", [value, net.integers([1])])
      return try net.node("exp", "Exp", [value])
    }
    let passes = try PassCase("reshapes", graph)
    #expect(passes.operators == ["Relu", "Exp"])
    try passes.expectSameResults()
    #expect(passes.after.nodes[try passes.after.node(named: "squeeze")].name == "relu")
  }

  @Test func inverseTransposesMeetBehindElementwiseOperators() throws {
    let graph = try network([1, 3, 4, 5]) { net, x in
      var value = try net.node("out", "Transpose", [x], ["perm": .ints([0, 2, 3, 1])])
      value = try net.node("relu", "Relu", [value])
      value = try net.node("scale", "Mul", [value, net.number(2)])
      value = try net.node("bias", "Add", [net.weight("b", [3]), value])
      value = try net.node("back", "Transpose", [value], ["perm": .ints([0, 3, 1, 2])])
      return try net.node("exp", "Exp", [value])
    }
    let passes = try PassCase("transposes", graph)
    #expect(passes.operators == ["Relu", "Mul", "Add", "Exp"])
    try passes.expectSameResults()
  }

  @Test func aResidualBlockInChannelsLastLosesItsTransposes() throws {
    let graph = try network([1, 3, 4, 5]) { net, x in
      let left = try net.node("left", "Transpose", [try net.node("sin", "Sin", [x])], ["perm": .ints([0, 2, 3, 1])])
      let right = try net.node("right", "Transpose", [try net.node("cos", "Cos", [x])], ["perm": .ints([0, 2, 3, 1])])
      let sum = try net.node("sum", "Add", [left, right])
      let both = try net.node("relu", "Relu", [sum])
      return try net.node("back", "Transpose", [both], ["perm": .ints([0, 3, 1, 2])])
    }
    let passes = try PassCase("transposes", graph)
    #expect(passes.operators == ["Sin", "Cos", "Add", "Relu"])
    try passes.expectSameResults()
  }

  @Test func joiningTransposedTensorsJoinsAlongTheOtherAxis() throws {
    let graph = try network([2, 3, 4]) { net, x in
      let left = try net.node("left", "Transpose", [x], ["perm": .ints([2, 0, 1])])
      let right = try net.node("right", "Transpose", [try net.node("exp", "Exp", [x])], ["perm": .ints([2, 0, 1])])
      let both = try net.node("concat", "Concat", [left, right], ["axis": .int(-1)])
      return try net.node("back", "Transpose", [both], ["perm": .ints([1, 2, 0])])
    }
    let passes = try PassCase("transposes", graph)
    #expect(passes.operators == ["Exp", "Concat"])
    try passes.expectSameResults()
  }

  @Test func othersBecomeOneOrAReshape() throws {
    let graph = try network([2, 3, 1, 4]) { net, x in
      var value = try net.node("a", "Transpose", [x], ["perm": .ints([1, 0, 2, 3])])
      value = try net.node("b", "Transpose", [value], ["perm": .ints([3, 0, 1, 2])])
      value = try net.node("exp", "Exp", [value])
      return try net.node("unit", "Transpose", [value], ["perm": .ints([0, 3, 1, 2])])
    }
    let passes = try PassCase("transposes", graph)
    #expect(passes.operators.filter { $0 == "Transpose" }.count == 1)
    try passes.expectSameResults()
    let unit = try network([2, 1, 4]) { net, x in
      try net.node("unit", "Transpose", [try net.node("exp", "Exp", [x])], ["perm": .ints([1, 0, 2])])
    }
    #expect(try PassCase("transposes", unit).operators == ["Exp", "Reshape"])
  }

  @Test func aTransposeThatOthersNeedStays() throws {
    let graph = try network([2, 3]) { net, x in
      let moved = try net.node("moved", "Transpose", [x])
      let back = try net.node("back", "Transpose", [try net.node("exp", "Exp", [moved])])
      let product = try net.node("product", "MatMul", [moved, back])
      return product
    }
    let passes = try PassCase("transposes", graph)
    #expect(passes.operators == ["Transpose", "Exp", "Transpose", "MatMul"])
    try passes.expectSameResults(within: 1e-6)
  }

  @Test func paddingGoesIntoTheConvolution() throws {
    let graph = try network([1, 3, 6, 7]) { net, x in
      let padded = try net.node("pad", "Pad", [x, net.integers([0, 0, 1, 2, 0, 0, 3, 0])])
      return try net.node("conv", "Conv", [padded, net.weight("w", [4, 3, 3, 3])], ["pads": .ints([1, 0, 0, 1])])
    }
    let passes = try PassCase("pads", graph)
    #expect(passes.operators == ["Conv"])
    try passes.expectSameResults(within: 1e-6)
    let ones = try network([1, 3, 6, 7]) { net, x in
      let padded = try net.node("pad", "Pad", [x, net.integers([0, 0, 1, 2, 0, 0, 3, 0]), net.number(1)])
      return try net.node("conv", "Conv", [padded, net.weight("w", [4, 3, 3, 3])])
    }
    #expect(try PassCase("pads", ones).operators == ["Pad", "Conv"])
  }

  @Test(arguments: [0, 1])
  func paddingGoesIntoTheAverage(counts: Int) throws {
    let graph = try network([1, 2, 6, 6]) { net, x in
      let padded = try net.node("pad", "Pad", [x, net.integers([0, 0, 1, 1, 0, 0, 1, 1])])
      return try net.node(
        "pool", "AveragePool", [padded],
        ["kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "count_include_pad": .int(counts)])
    }
    let passes = try PassCase("pads", graph)
    #expect(passes.operators == ["AveragePool"])
    try passes.expectSameResults(within: 1e-6)
  }
}
