import Inference
import Testing

struct CleanUpTests {
  @Test func nodesThatHandOnTheirInputVanish() throws {
    let graph = try network([2, 3, 4, 5]) { net, x in
      var value = try net.node("relu", "Relu", [x])
      value = try net.node("identity", "Identity", [value])
      value = try net.node("dropout", "Dropout", [value])
      value = try net.node("cast", "Cast", [value], ["to": .int(1)])
      value = try net.node("reshape", "Reshape", [value, net.integers([2, 3, 4, 5])])
      value = try net.node("transpose", "Transpose", [value], ["perm": .ints([0, 1, 2, 3])])
      value = try net.node("times one", "Mul", [value, net.number(1)])
      value = try net.node("minus zero", "Sub", [value, net.number(0)])
      value = try net.node("pad", "Pad", [value, net.integers([0, 0, 0, 0, 0, 0, 0, 0])])
      value = try net.node("concat", "Concat", [value], ["axis": .int(1)])
      value = try net.node("pool", "MaxPool", [value], ["kernel_shape": .ints([1, 1])])
      return try net.node("tanh", "Tanh", [value])
    }
    let passes = try PassCase("no-ops", graph)
    #expect(passes.operators == ["Relu", "Tanh"])
    #expect(passes.records.map(\.pass) == ["no-ops"])
    #expect(passes.records.map(\.removedNodes) == [10])
    try passes.expectSameResults()
    #expect(try passes.after.node(named: "pool") == 0)
  }

  @Test func whatOnlyLooksLikeNothingStays() throws {
    let graph = try network([4, 4]) { net, x in
      var value = try net.node("plus zero", "Add", [x, net.number(0)])
      value = try net.node("swap", "Transpose", [value])
      value = try net.node(
        "reverse", "Slice", [value, net.integers([-1]), net.integers([-9]), net.integers([0]), net.integers([-1])])
      value = try net.node("shift", "Pad", [value, net.integers([1, 0, -1, 0])])
      return try net.node("grow", "Mul", [value, net.number(1, [1, 1, 1])])
    }
    let passes = try PassCase("no-ops", graph)
    #expect(passes.operators == ["Add", "Transpose", "Slice", "Pad", "Mul"])
    try passes.expectSameResults()
  }

  @Test func anOutputKeepsItsName() throws {
    let graph = try network([3]) { net, x in try net.node("out", "Identity", [try net.node("relu", "Relu", [x])]) }
    let passes = try PassCase("no-ops", graph)
    #expect(passes.operators == ["Relu"])
    #expect(passes.after[passes.after.outputs[0]].name == "out")
    #expect(try passes.after.node(named: "out") == 0)
    let onlyIdentity = try PassCase("no-ops", network([3]) { net, x in try net.node("out", "Identity", [x]) })
    #expect(onlyIdentity.operators == ["Identity"])
    try onlyIdentity.expectSameResults()
  }

  @Test func equalNodesAreComputedOnce() throws {
    let graph = try network([2, 6]) { net, x in
      let first = try net.node("first", "LeakyRelu", [x], ["alpha": .float(0.5)])
      let same = try net.node("same", "LeakyRelu", [x], ["alpha": .float(0.5)])
      let other = try net.node("other", "LeakyRelu", [x], ["alpha": .float(0.25)])
      let left = try net.node("left", "Mul", [first, net.number(3)])
      let right = try net.node("right", "Mul", [same, net.number(3)])
      return try net.node("sum", "Sum", [left, right, other])
    }
    let passes = try PassCase("common-subexpressions", graph)
    #expect(passes.after.nodes.map(\.name) == ["first", "other", "left", "sum"])
    try passes.expectSameResults()
    #expect(passes.after.nodes[try passes.after.node(named: "right")].name == "left")
  }

  @Test func shapeArithmeticIsFoldedAndDeadCodeRemoved() throws {
    let graph = try network([2, 3, 4]) { net, x in
      let shape = try net.node("shape", "Shape", [x])
      let first = try net.node("first", "Gather", [shape, net.integers([0])], ["axis": .int(0)])
      let target = try net.node("target", "Concat", [first, net.integers([-1])], ["axis": .int(0)])
      _ = try net.node("dead", "Exp", [try net.node("dead too", "Relu", [x])])
      return try net.node("reshape", "Reshape", [x, target])
    }
    #expect(try PassCase("constants", graph).operators == ["Relu", "Exp", "Reshape"])
    let both = try PassCase("constants,dead-code", graph)
    #expect(both.operators == ["Reshape"])
    try both.expectSameResults()
    #expect(throws: AbsorbedName.self) { try both.after.node(named: "dead") }
  }

  @Test func foldingIsBounded() throws {
    let graph = try network([1]) { net, x in
      let huge = try net.node("huge", "Expand", [net.number(1), net.integers([4096, 4096])])
      return try net.node("product", "Mul", [try net.node("sum", "ReduceSum", [huge], ["keepdims": .int(0)]), x])
    }
    #expect(try PassCase("constants", graph).operators == ["Expand", "ReduceSum", "Mul"])
  }
}
