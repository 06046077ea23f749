import Inference
import ONNX
import Testing

/// Files made to take for ever or all memory: they are read or refused soon.
struct HostileModelTests {
  /// Reads the model, whatever comes of it, and says how long it took.
  static func seconds(_ model: ProtobufBytes) -> Double {
    let bytes = model.bytes
    let clock = ContinuousClock()
    return clock.measure {
      if let graph = try? ONNXModel(bytes, name: "hostile.onnx").graph() {
        _ = graph.layers(fused: true).count
        _ = (graph.macs, graph.parameterCount)
      }
      if let document = try? ModelDocument(bytes, name: "hostile.onnx"),
        let middle = document.nodeNames.dropFirst().first
      {
        _ = try? ModelSplit(document, after: [middle])
      }
    } / .seconds(1)
  }

  static func chain(_ count: Int, _ node: (Int) -> ProtobufBytes) -> ProtobufBytes {
    .model(.graph((0..<count).map(node), outputs: [.value("v\(count)", nil)]))
  }

  @Test func aHundredThousandNodes() {
    #expect(Self.seconds(Self.chain(100_000) { .node("Relu", [$0 == 0 ? "x" : "v\($0)"], ["v\($0 + 1)"]) }) < 20)
  }

  @Test func nodesOfOneName() {
    let model = Self.chain(30_000) { .node("Relu", [$0 == 0 ? "x" : "v\($0)"], ["v\($0 + 1)"], name: "same") }
    #expect(Self.seconds(model) < 20)
  }

  /// Each node reads the one before it twice: as many paths as 2^n.
  @Test func doublingPaths() {
    let model = Self.chain(2_000) {
      .node("Add", [$0 == 0 ? "x" : "v\($0)", $0 == 0 ? "x" : "v\($0)"], ["v\($0 + 1)"])
    }
    #expect(Self.seconds(model) < 10)
  }

  /// Each node is as large as all before it together.
  @Test func doublingSizes() {
    let model = Self.chain(200) {
      let value = $0 == 0 ? "x" : "v\($0)"
      return .node("Concat", [value, value], ["v\($0 + 1)"], attributes: [.attribute("axis", int: 0)])
    }
    #expect(Self.seconds(model) < 5)
  }

  @Test func manyInputsOfOneNode() {
    let inputs = (0..<20_000).map { ProtobufBytes.value("i\($0)", [1]) }
    let model = ProtobufBytes.model(
      .graph([.node("Sum", (0..<20_000).map { "i\($0)" }, ["y"])], inputs: inputs))
    #expect(Self.seconds(model) < 10)
  }

  @Test func longAttributesAndNames() {
    let long = String(repeating: "n", count: 1 << 20)
    let model = ProtobufBytes.model(
      .graph(
        [.node("Transpose", ["x"], ["y"], name: long, attributes: [.attribute("perm", ints: Array(0..<200_000))])]))
    #expect(Self.seconds(model) < 5)
  }

  /// Sub-graphs inside each other, deeper than any network has them.
  @Test func deepSubgraphs() {
    var inner = ProtobufBytes.graph([.node("Relu", ["x"], ["r"])], inputs: [], outputs: [.value("r", nil)])
    for _ in 0..<2_000 {
      let attribute = ProtobufBytes().string(1, "then_branch").message(6, inner).int(20, 5)
      inner = .graph([.node("If", ["c"], ["r"], attributes: [attribute])], inputs: [], outputs: [.value("r", nil)])
    }
    let outer = ProtobufBytes().string(1, "then_branch").message(6, inner).int(20, 5)
    let model = ProtobufBytes.model(
      .graph(
        [.node("If", ["c"], ["y"], attributes: [outer])], inputs: [.value("x", [1]), .value("c", type: 9, [])]))
    #expect(Self.seconds(model) < 5)
  }

  /// Many nodes with sub-graphs, each of which could look at all names before it.
  @Test func manySubgraphs() {
    let inner = ProtobufBytes.graph([.node("Relu", ["x"], ["r"])], inputs: [], outputs: [.value("r", nil)])
    let attributes = ["then_branch", "else_branch"].map {
      ProtobufBytes().string(1, $0).message(6, inner).int(20, 5)
    }
    let nodes = (0..<5_000).map { ProtobufBytes.node("If", ["c"], ["v\($0)"], attributes: attributes) }
    let model = ProtobufBytes.model(
      .graph(
        nodes, inputs: [.value("x", [1]), .value("c", type: 9, [])],
        outputs: (0..<5_000).map { .value("v\($0)", nil) }))
    #expect(Self.seconds(model) < 20)
  }
}
