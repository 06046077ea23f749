import Inference
import ONNX
import Testing

struct ModelReaderTests {
  static let relu = ProtobufBytes.node("Relu", ["x"], ["y"], name: "act")

  @Test func aSmallModelBecomesAGraph() throws {
    let weights = ProtobufBytes.floats([4], [1, 2, 3, 4], name: "w")
    let unused = ProtobufBytes.floats([1], [1], name: "unused")
    let nodes: [ProtobufBytes] = [.node("Add", ["x", "w"], ["sum"]), .node("Relu", ["sum"], ["y"], name: "act")]
    let graph = try graph(.model(.graph(nodes, initializers: [weights, unused])))
    #expect(graph.name == "test")
    #expect(graph.opsets == ["": 13])
    #expect(graph.nodes.map(\.name) == ["Add_0", "act"])
    #expect(graph.inputs.map { graph[$0].name } == ["x"])
    #expect(graph.outputs.map { graph[$0].name } == ["y"])
    #expect(graph.outputs.map { graph[$0].type?.shape } == [[1, 4]])
    #expect(graph.values.map(\.name) == ["x", "w", "sum", "y"])
    #expect(graph.values[1].type?.constant?.elements(as: Float.self) == [1, 2, 3, 4])
  }

  /// Up to IR version 3 every initialiser was an input too.
  @Test func initialisersAreNotInputs() throws {
    let nodes = [ProtobufBytes.node("Add", ["x", "w"], ["y"])]
    let graph = try graph(
      .model(
        .graph(
          nodes, initializers: [.floats([4], [1, 2, 3, 4], name: "w")],
          inputs: [.value("w", [4]), .value("x", [1, 4])]), irVersion: 3, opset: 7))
    #expect(graph.inputs.map { graph[$0].name } == ["x"])
  }

  @Test func nodesAreSorted() throws {
    let count = 3000
    let chain = (0..<count).map { index in
      ProtobufBytes.node("Relu", [index == 0 ? "x" : "v\(index)"], [index == count - 1 ? "y" : "v\(index + 1)"])
    }
    let graph = try graph(.model(.graph(chain.reversed())))
    #expect(graph.nodes.first?.name == "Relu_\(count - 1)")
    for (index, node) in graph.nodes.enumerated().dropFirst() {
      #expect(node.inputs == graph.nodes[index - 1].outputs)
    }
  }

  @Test func constantNodesBecomeConstants() throws {
    let value = ProtobufBytes().string(1, "value").int(20, 4).message(5, .floats([4], [1, 2, 3, 4]))
    let nodes: [ProtobufBytes] = [
      .node("Constant", [], ["c"], attributes: [value]),
      .node("Constant", [], ["i"], attributes: [.attribute("value_ints", ints: [2, 2])]),
      .node("Add", ["x", "c"], ["s"]), .node("Reshape", ["s", "i"], ["y"]),
    ]
    let graph = try graph(.model(.graph(nodes)))
    #expect(graph.nodes.map(\.operatorName) == ["Add", "Reshape"])
    #expect(graph.outputs.map { graph[$0].type?.shape } == [[2, 2]])
  }

  @Test func aShapeGivenAtRunTimeStaysOpen() throws {
    let graph = try graph(
      .model(
        .graph(
          [.node("Reshape", ["x", "shape"], ["y"])], inputs: [.value("x", [1, 4]), .value("shape", type: 7, [2])])))
    #expect(graph.outputs.map { graph[$0].type == nil } == [true])
  }

  @Test func namesAreUniqueAndStable() throws {
    let nodes: [ProtobufBytes] = [
      .node("Relu", ["x"], ["a"], name: "same"), .node("Relu", ["a"], ["b"], name: "same"),
      .node("Relu", ["b"], ["c"]), .node("Relu", ["c"], ["d"], name: "Relu_2"),
      .node("Relu", ["d"], ["y"], name: "same_1"),
    ]
    let names = try graph(.model(.graph(nodes))).nodes.map(\.name)
    #expect(Set(names).count == 5)
    #expect(names[0] == "same" && names[3] == "Relu_2" && names[4] == "same_1")
    #expect(names == ["same", "same_2", "Relu_2_1", "Relu_2", "same_1"])
  }

  @Test func everyMissingOperatorIsListed() throws {
    let nodes: [ProtobufBytes] = [
      .node("Frobnicate", ["x"], ["a"], name: "first"), .node("Frobnicate", ["a"], ["b"], name: "second\nline"),
      .node("Twist", ["b"], ["y"], name: "third", domain: "com.microsoft"),
    ]
    let model = ProtobufBytes.model(.graph(nodes)).message(8, ProtobufBytes().string(1, "com.microsoft").int(2, 1))
    do {
      _ = try graph(model)
      Issue.record("was accepted")
    } catch let error as UnsupportedOperators {
      #expect(error.entries.map(\.node) == ["first", "second\nline", "third"])
      #expect(error.entries.map(\.opset) == [13, 13, 1])
      let lines = error.description.split(separator: "\n")
      #expect(lines.count == 2)
      #expect(
        lines[0].hasPrefix(
          "test.onnx: error: operator Frobnicate (opset 13) is not supported: node 'first', 'second\\nline'"))
      #expect(lines[1].contains("operator com.microsoft.Twist (opset 1)"))
    }
  }

  @Test func namesThatDoNotFitTogetherAreRefused() {
    let w = ProtobufBytes.floats([1], [1], name: "w")
    func refuse(_ part: String, _ graph: ProtobufBytes, at location: SourceLocation = #_sourceLocation) {
      expectRefusal("test.onnx", part, at: location) { _ = try ONNXTests.graph(.model(graph)) }
    }
    refuse("'act' (Relu) reads 'gone'", .graph([.node("Relu", ["gone"], ["y"], name: "act")]))
    refuse("'y', which is already taken", .graph([Self.relu, .node("Relu", ["x"], ["y"])]))
    refuse("'x', which is already taken", .graph([.node("Relu", ["x"], ["x"])]))
    refuse("'w', which is already taken", .graph([Self.relu], initializers: [w, w]))
    refuse("'x', which is already taken", .graph([Self.relu], inputs: [.value("x", [1]), .value("x", [1])]))
    refuse(
      "form a cycle",
      .graph([.node("Add", ["x", "b"], ["a"], name: "n1"), .node("Relu", ["a"], ["b"]), .node("Relu", ["b"], ["y"])]))
    refuse("form a cycle", .graph([.node("Add", ["x", "y"], ["y"])]))
    refuse("output 'z' is produced by nothing", .graph([Self.relu], outputs: [.value("z", nil)]))
    refuse("listed twice", .graph([Self.relu], outputs: [.value("y", nil), .value("y", nil)]))
    refuse("no outputs", .graph([Self.relu], outputs: []))
    refuse("without a name", .graph([Self.relu], initializers: [.floats([1], [1])]))
    refuse("no operator", .graph([ProtobufBytes().string(2, "y")]))
    refuse("no output", .graph([ProtobufBytes().string(4, "Relu")]))
    refuse("'line\\nbreak\\u{1b}'", .graph([.node("Relu", ["line\nbreak\u{1B}"], ["y"])]))
  }

  @Test func whatTheReaderHasNotIsSaid() {
    let model = ProtobufBytes.model(.graph([Self.relu]))
    func refuse(_ part: String, _ model: ProtobufBytes, at location: SourceLocation = #_sourceLocation) {
      expectRefusal("test.onnx", part, at: location) { _ = try graph(model) }
    }
    refuse("IR version 2", .model(.graph([Self.relu]), irVersion: 2))
    refuse("IR version 99", .model(.graph([Self.relu]), irVersion: 99))
    refuse("opset 5", .model(.graph([Self.relu]), opset: 5))
    refuse("opset 1000", .model(.graph([Self.relu]), opset: 1000))
    refuse("opset version 0", .model(.graph([Self.relu]), opset: 0))
    refuse("two opset versions", model.message(8, ProtobufBytes().string(1, "ai.onnx").int(2, 12)))
    refuse("opset_import", ProtobufBytes().int(1, 8).message(7, .graph([Self.relu])))
    refuse("no graph", ProtobufBytes().int(1, 8).message(8, ProtobufBytes().int(2, 13)))
    refuse("not an ONNX model", ProtobufBytes().string(50, "something else"))
    refuse("given twice", model.message(7, .graph([Self.relu])))
    refuse("functions", model.message(25, ProtobufBytes()))
    refuse("training", model.message(20, ProtobufBytes()))
    refuse("sparse", .model(.graph([Self.relu]).message(15, ProtobufBytes())))
    refuse("whose version the file does not state", .model(.graph([.node("Relu", ["x"], ["y"], domain: "com.other")])))
    let sequence = ProtobufBytes().string(1, "x").message(2, ProtobufBytes().message(4, ProtobufBytes()))
    refuse("a sequence", .model(.graph([Self.relu], inputs: [sequence])))
    refuse("string is not supported", .model(.graph([Self.relu], inputs: [.value("x", type: 8, [1])])))
    refuse("no type", .model(.graph([Self.relu], inputs: [ProtobufBytes().string(1, "x")])))
  }

  @Test func attributesThatMakeNoSenseAreRefused() {
    func refuse(_ part: String, _ attributes: [ProtobufBytes], at location: SourceLocation = #_sourceLocation) {
      expectRefusal("test.onnx", part, at: location) {
        _ = try graph(.model(.graph([.node("LeakyRelu", ["x"], ["y"], name: "act", attributes: attributes)])))
      }
    }
    let alpha = ProtobufBytes().string(1, "alpha").int(20, 1).float(2, 0.5)
    refuse("given twice", [alpha, alpha])
    refuse("no name", [ProtobufBytes().int(20, 1).float(2, 0.5)])
    refuse("no value", [ProtobufBytes().string(1, "alpha")])
    refuse("two types", [alpha.int(3, 1)])
    refuse("another type", [ProtobufBytes().string(1, "alpha").int(20, 2).float(2, 0.5)])
    refuse("unknown attribute type", [ProtobufBytes().string(1, "alpha").int(20, 77).float(2, 0.5)])
    refuse("sub-graphs", [ProtobufBytes().string(1, "body").int(20, 5).message(6, ProtobufBytes())])
    refuse("UTF-8", [ProtobufBytes().string(1, "mode").int(20, 3).bytes(4, [0xC0])])
    refuse("alpha", [.attribute("alpha", int: 3)])
    refuse("beta", [alpha, ProtobufBytes().string(1, "beta").int(20, 1).float(2, 0.5)])
  }

  /// Messages in messages in messages cost nothing: the reader does not follow what it does not know.
  @Test func deepNestingIsHarmless() throws {
    var nested = ProtobufBytes()
    for _ in 0..<2000 { nested = ProtobufBytes().message(6, nested) }
    let attribute = ProtobufBytes().string(1, "body").int(20, 5).raw(nested.bytes)
    expectRefusal("sub-graphs") {
      _ = try graph(.model(.graph([.node("Relu", ["x"], ["y"], attributes: [attribute])])))
    }
    #expect(try graph(.model(.graph([Self.relu])).raw(nested.bytes)).nodes.count == 1)
  }

  /// A flood of tiny messages is refused before it takes much memory.
  @Test func floodsAreRefused() {
    let nodes =
      [UInt8](repeating: 0, count: 0)
      + (0..<300_000).flatMap { _ in
        ProtobufBytes().message(1, .node("A", [], ["b"])).bytes
      }
    expectRefusal("more than 250000") { _ = try graph(.model(ProtobufBytes().raw(nodes))) }
  }
}
