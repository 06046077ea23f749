import Inference
import Testing

/// Formulas that exporters write out are recognised, compute the same, and are left alone where a result in between is
/// wanted.
struct PatternTests {
  enum Rest: Sendable, CaseIterable { case factorOfTheSum, factorOfTheInput, halvedSum }

  @Test(arguments: ["erf", "tanh", "tanh-square", "tanh-product"], Rest.allCases)
  func gelu(form: String, rest: Rest) throws {
    let graph = try network([2, 3, 8]) { net, x in
      let function: ValueID
      if form == "erf" {
        function = try net.node("erf", "Erf", [try net.node("in", "Div", [x, net.number(1.4142135)])])
      } else {
        function = try net.node("tanh", "Tanh", [try tangentArgument(form, x, &net)])
      }
      let sum = try net.node("one", "Add", [function, net.number(1)])
      switch rest {
      case .factorOfTheSum:
        return try net.node("half", "Mul", [try net.node("mul", "Mul", [x, sum]), net.number(0.5)])
      case .factorOfTheInput:
        return try net.node("mul", "Mul", [try net.node("half", "Mul", [x, net.number(0.5)]), sum])
      case .halvedSum:
        return try net.node("mul", "Mul", [x, try net.node("half", "Mul", [net.number(0.5), sum])])
      }
    }
    let passes = try PassCase("gelu", graph)
    #expect(passes.operators == ["Gelu"])
    try passes.expectSameResults(within: 2e-6)
  }

  private func tangentArgument(_ form: String, _ x: ValueID, _ net: inout Weights) throws -> ValueID {
    let root = net.number(0.7978846)
    switch form {
    case "tanh":
      let cube = try net.node("cube", "Pow", [x, net.number(3)])
      let sum = try net.node("sum", "Add", [x, try net.node("small", "Mul", [net.number(0.044715), cube])])
      return try net.node("root", "Mul", [sum, root])
    case "tanh-product":
      let cube = try net.node("cube", "Mul", [try net.node("square", "Mul", [x, x]), x])
      let sum = try net.node("sum", "Add", [try net.node("small", "Mul", [cube, net.number(0.044715)]), x])
      return try net.node("root", "Mul", [root, sum])
    default:
      let square = try net.node("square", "Mul", [x, x])
      let sum = try net.node(
        "sum", "Add", [try net.node("small", "Mul", [square, net.number(0.044715)]), net.number(1)])
      return try net.node("root", "Mul", [try net.node("scaled", "Mul", [x, root]), sum])
    }
  }

  @Test func aFormulaWhoseInsideIsWantedStays() throws {
    var net = Weights(GraphBuilder(name: "wanted"), seed: 1)
    let x = net.builder.input("x", .float32, [4])
    let erf = try net.node("erf", "Erf", [try net.node("in", "Div", [x, net.number(1.4142135)])])
    let sum = try net.node("one", "Add", [erf, net.number(1)])
    net.builder.output(try net.node("half", "Mul", [try net.node("mul", "Mul", [x, sum]), net.number(0.5)]))
    net.builder.output(sum)
    let passes = try PassCase("gelu", net.builder.build())
    #expect(passes.operators == ["Div", "Erf", "Add", "Mul", "Mul"])
    try passes.expectSameResults(within: 1e-6)
  }

  @Test func anotherNumberIsAnotherFunction() throws {
    let graph = try network([4]) { net, x in
      let erf = try net.node("erf", "Erf", [try net.node("in", "Div", [x, net.number(1.5)])])
      let sum = try net.node("one", "Add", [erf, net.number(1)])
      return try net.node("half", "Mul", [try net.node("mul", "Mul", [x, sum]), net.number(0.5)])
    }
    #expect(try !PassCase("gelu", graph).operators.contains("Gelu"))
  }

  @Test(arguments: ["sqrt-div", "power", "reciprocal", "inverse power"], [0, 1, 2])
  func layerNormalisation(form: String, parameters: Int) throws {
    let graph = try network([2, 5, 12]) { net, x in
      let axes: [String: Attribute] = ["axes": .ints([-1])]
      let mean = try net.node("mean", "ReduceMean", [x], axes)
      let difference = try net.node("difference", "Sub", [x, mean])
      let square =
        form == "power"
        ? try net.node("square", "Mul", [difference, difference])
        : try net.node("square", "Pow", [difference, net.number(2)])
      let variance = try net.node("variance", "ReduceMean", [square], axes)
      let sum = try net.node("epsilon", "Add", [variance, net.number(1e-5)])
      var value = try normalized(difference, sum, form, &net)
      if parameters > 0 { value = try net.node("scaled", "Mul", [value, net.weight("scale", [12])]) }
      if parameters > 1 { value = try net.node("shifted", "Add", [net.weight("shift", [1, 12]), value]) }
      return value
    }
    let passes = try PassCase("layer-norm", graph)
    #expect(passes.operators == ["LayerNormalization"])
    try passes.expectSameResults(within: 2e-6)
    #expect(throws: AbsorbedName.self) { try passes.after.node(named: "variance") }
  }

  private func normalized(_ x: ValueID, _ sum: ValueID, _ form: String, _ net: inout Weights) throws -> ValueID {
    switch form {
    case "sqrt-div": return try net.node("quotient", "Div", [x, try net.node("root", "Sqrt", [sum])])
    case "power": return try net.node("quotient", "Div", [x, try net.node("root", "Pow", [sum, net.number(0.5)])])
    case "reciprocal":
      let inverse = try net.node("inverse", "Reciprocal", [try net.node("root", "Sqrt", [sum])])
      return try net.node("quotient", "Mul", [inverse, x])
    default: return try net.node("quotient", "Mul", [x, try net.node("root", "Pow", [sum, net.number(-0.5)])])
    }
  }

  @Test func layerNormalisationOverSeveralDimensions() throws {
    let graph = try network([2, 3, 4, 5]) { net, x in
      let axes: [String: Attribute] = ["axes": .ints([2, 3])]
      let difference = try net.node("difference", "Sub", [x, try net.node("mean", "ReduceMean", [x], axes)])
      let square = try net.node("square", "Pow", [difference, net.number(2)])
      let sum = try net.node(
        "epsilon", "Add", [try net.node("variance", "ReduceMean", [square], axes), net.number(1e-3)])
      let value = try normalized(difference, sum, "sqrt-div", &net)
      return try net.node("scaled", "Mul", [value, net.weight("scale", [4, 5])])
    }
    let passes = try PassCase("layer-norm", graph)
    #expect(passes.operators == ["LayerNormalization"])
    try passes.expectSameResults(within: 2e-6)
  }

  @Test(arguments: [1, 2])
  func aMeanOverOtherDimensionsIsNoLayerNormalisation(axis: Int) throws {
    let graph = try network([2, 4, 4]) { net, x in
      let axes: [String: Attribute] = ["axes": .ints([1])]
      let difference = try net.node("difference", "Sub", [x, try net.node("mean", "ReduceMean", [x], axes)])
      let square = try net.node("square", "Pow", [difference, net.number(2)])
      let variance = try net.node("variance", "ReduceMean", [square], ["axes": .ints([axis])])
      let sum = try net.node("epsilon", "Add", [variance, net.number(1e-3)])
      return try normalized(difference, sum, "sqrt-div", &net)
    }
    #expect(try !PassCase("layer-norm", graph).operators.contains("LayerNormalization"))
  }

  @Test(arguments: ["gate", "div last", "scaled input", "HardSigmoid"])
  func hardSwish(form: String) throws {
    let graph = try network([3, 7]) { net, x in
      let sum = try net.node("sum", "Add", [x, net.number(3)])
      let clip = try net.node("clip", "Clip", [sum, net.number(0), net.number(6)])
      switch form {
      case "gate": return try net.node("mul", "Mul", [x, try net.node("gate", "Div", [clip, net.number(6)])])
      case "div last": return try net.node("div", "Div", [try net.node("mul", "Mul", [x, clip]), net.number(6)])
      case "scaled input":
        return try net.node("mul", "Mul", [try net.node("sixth", "Mul", [x, net.number(1 / 6)]), clip])
      default:
        let gate = try net.node("gate", "HardSigmoid", [x], ["alpha": .float(1 / 6), "beta": .float(0.5)])
        return try net.node("mul", "Mul", [gate, x])
      }
    }
    let passes = try PassCase("hard-swish,dead-code", graph)
    #expect(passes.operators == ["HardSwish"])
    try passes.expectSameResults(within: 1e-6)
  }

  @Test func hardSigmoid() throws {
    let graph = try network([3, 7]) { net, x in
      let clip = try net.node(
        "clip", "Clip", [try net.node("sum", "Add", [x, net.number(3)]), net.number(0), net.number(6)])
      return try net.node("gate", "Mul", [clip, net.number(1 / 6)])
    }
    let passes = try PassCase("hard-swish", graph)
    #expect(passes.operators == ["HardSigmoid"])
    try passes.expectSameResults(within: 1e-6)
  }

  @Test(arguments: [-1, 1])
  func softmax(axis: Int) throws {
    let graph = try network([2, 5, 4]) { net, x in
      let largest = try net.node("max", "ReduceMax", [x], ["axes": .ints([axis])])
      let exp = try net.node("exp", "Exp", [try net.node("sub", "Sub", [x, largest])])
      return try net.node("div", "Div", [exp, try net.node("sum", "ReduceSum", [exp, net.integers([axis])])])
    }
    let passes = try PassCase("softmax", graph)
    #expect(passes.operators == ["Softmax"])
    try passes.expectSameResults(within: 1e-6)
  }

  @Test(arguments: ["softplus", "log"])
  func mish(form: String) throws {
    let graph = try network([3, 7]) { net, x in
      let soft =
        form == "softplus"
        ? try net.node("soft", "Softplus", [x])
        : try net.node("log", "Log", [try net.node("sum", "Add", [try net.node("exp", "Exp", [x]), net.number(1)])])
      return try net.node("mul", "Mul", [x, try net.node("tanh", "Tanh", [soft])])
    }
    let passes = try PassCase("mish", graph)
    let isKnown = OperatorRegistry.find(domain: "", name: "Mish") != nil
    #expect(passes.operators.contains("Mish") == isKnown)
    try passes.expectSameResults(within: 2e-6)
  }

  @Test func swish() throws {
    let graph = try network([3, 7]) { net, x in
      try net.node("mul", "Mul", [x, try net.node("gate", "Sigmoid", [x])])
    }
    let passes = try PassCase("swish", graph)
    let isKnown = OperatorRegistry.find(domain: "", name: "Swish") != nil
    #expect(passes.operators == (isKnown ? ["Swish"] : ["Sigmoid", "Mul"]))
    try passes.expectSameResults(within: 2e-6)
  }

  @Test func rootMeanSquareNormalisation() throws {
    let graph = try network([3, 8]) { net, x in
      let square = try net.node("square", "Pow", [x, net.number(2)])
      let mean = try net.node("mean", "ReduceMean", [square], ["axes": .ints([-1])])
      let root = try net.node("root", "Sqrt", [try net.node("epsilon", "Add", [mean, net.number(1e-5)])])
      let inverse = try net.node("inverse", "Reciprocal", [root])
      return try net.node("scaled", "Mul", [net.weight("scale", [8]), try net.node("product", "Mul", [x, inverse])])
    }
    let passes = try PassCase("rms-norm", graph)
    let isKnown = OperatorRegistry.find(domain: "", name: "RMSNormalization") != nil
    #expect(passes.operators.contains("RMSNormalization") == isKnown)
    try passes.expectSameResults(within: 2e-6)
  }
}
