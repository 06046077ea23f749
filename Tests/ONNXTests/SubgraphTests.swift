import Inference
import ONNX
import Testing

struct SubgraphTests {
  private static func attribute(_ name: String, graph: ProtobufBytes) -> ProtobufBytes {
    ProtobufBytes().string(1, name).int(20, 5).message(6, graph)
  }

  private static func branch(_ nodes: [ProtobufBytes], output: String, inputs: [ProtobufBytes] = []) -> ProtobufBytes {
    .graph(nodes, inputs: inputs, outputs: [.value(output, nil)])
  }

  /// `x -> h = Abs(x)`, then `If(c)`: the branches are given.
  private static func choice(_ then: ProtobufBytes, _ otherwise: ProtobufBytes, after: [ProtobufBytes] = [])
    -> ProtobufBytes
  {
    .model(
      .graph(
        [
          .node("Abs", ["x"], ["h"]),
          .node(
            "If", ["c"], ["y"], name: "choice",
            attributes: [attribute("then_branch", graph: then), attribute("else_branch", graph: otherwise)]),
        ] + after, inputs: [.value("x", [2]), .value("c", type: 9, [])]))
  }

  private static let minus = branch([.node("Neg", ["h"], ["e"])], output: "e")

  private func run(_ graph: Graph, _ condition: Bool, _ x: [Float] = [-1, 2]) throws -> [Float] {
    let condition = Tensor(.bool, shape: [], elements: [UInt8(condition ? 1 : 0)])
    return try Executor(graph).run([Tensor(shape: [2], x), condition])[0].elements(as: Float.self)
  }

  @Test func namesOfTheGraphAroundAreCaptured() throws {
    // A branch that reads from two levels up, through an If that does not read the value itself.
    let inner = Self.branch([.node("Add", ["x", "h"], ["s"])], output: "s")
    let nested = Self.branch(
      [
        .node(
          "If", ["c"], ["n"],
          attributes: [Self.attribute("then_branch", graph: inner), Self.attribute("else_branch", graph: Self.minus)])
      ], output: "n")
    let graph = try graph(Self.choice(nested, Self.minus))
    #expect(try run(graph, true) == [0, 4])
    #expect(try run(graph, false) == [-1, -2])
    #expect(graph.nodes[1].captureCount == 3)
    #expect(graph.nodes[1].inputs.compactMap { $0.map { graph[$0].name } } == ["c", "c", "x", "h"])
  }

  @Test func nodesAreSortedByWhatTheirSubgraphsRead() throws {
    let model = ProtobufBytes.model(
      .graph(
        [
          .node(
            "If", ["c"], ["y"],
            attributes: [
              Self.attribute("then_branch", graph: Self.minus), Self.attribute("else_branch", graph: Self.minus),
            ]), .node("Abs", ["x"], ["h"]),
        ], inputs: [.value("x", [2]), .value("c", type: 9, [])]))
    #expect(try run(try graph(model), true) == [-1, -2])
  }

  /// As onnx.checker and onnxruntime have it: inputs and initialisers may hide a name, results may not.
  @Test func shadowing() throws {
    let initializer = ProtobufBytes.graph(
      [.node("Add", ["x", "h"], ["t"])], initializers: [.floats([2], [10, 20], name: "h")], inputs: [],
      outputs: [.value("t", nil)])
    #expect(try run(try graph(Self.choice(initializer, Self.minus)), true) == [9, 22])
    let result = Self.branch([.node("Neg", ["x"], ["h"])], output: "h")
    expectRefusal("in 'then_branch' of node 'choice'", "'h', which the graph around uses already") {
      _ = try graph(Self.choice(result, Self.minus))
    }
    // A name that the graph around gives later is not seen yet.
    let later = Self.branch([.node("Neg", ["x"], ["z"])], output: "z")
    let model = Self.choice(later, Self.minus, after: [.node("Abs", ["y"], ["z"])])
    #expect(try run(try graph(model), true) == [1, -2])
  }

  @Test func whatIsHandedOutMayComeFromAround() throws {
    let direct = Self.branch([], output: "h")
    let graph = try graph(Self.choice(direct, Self.minus))
    #expect(try run(graph, true) == [1, 2])
    let written = try ONNXModel(try ONNXWriter.encode(graph), name: "copy.onnx").graph()
    #expect(try run(written, true) == [1, 2])
  }

  @Test func mistakesAreNamed() {
    expectRefusal("node 'choice' (If) reads 'nowhere', which nothing in the file produces") {
      let branch = Self.branch([.node("Neg", ["nowhere"], ["t"])], output: "t")
      _ = try graph(Self.choice(branch, Self.minus))
    }
    expectRefusal("in 'then_branch' of node 'choice': ", "form a cycle") {
      let branch = Self.branch([.node("Neg", ["b"], ["a"]), .node("Neg", ["a"], ["b"])], output: "a")
      _ = try graph(Self.choice(branch, Self.minus))
    }
    expectRefusal("Blur", "'choice/then_branch/Blur_0'", "Smear", "'choice/else_branch/Smear_0'") {
      let (then, otherwise) = (
        Self.branch([.node("Blur", ["x"], ["a"])], output: "a"),
        Self.branch([.node("Smear", ["x"], ["b"])], output: "b")
      )
      _ = try graph(Self.choice(then, otherwise))
    }
    expectRefusal("8 deep") {
      var deep = Self.minus
      for _ in 0..<9 {
        deep = Self.branch(
          [
            .node(
              "If", ["c"], ["n"],
              attributes: [
                Self.attribute("then_branch", graph: deep), Self.attribute("else_branch", graph: Self.minus),
              ])
          ], output: "n")
      }
      _ = try graph(Self.choice(deep, Self.minus))
    }
  }

  /// A loop that carries, scans and captures, read, run, written and read again.
  @Test func writingKeepsSubgraphs() throws {
    let body = ProtobufBytes.graph(
      [.node("Add", ["v", "h"], ["v2"]), .node("Identity", ["k"], ["k2"]), .node("Mul", ["v2", "w"], ["s"])],
      initializers: [.floats([2], [2, 3], name: "w")],
      inputs: [.value("i", type: 7, []), .value("k", type: 9, []), .value("v", ["n"])],
      outputs: [.value("k2", type: 9, []), .value("v2", nil), .value("s", nil)])
    let model = ProtobufBytes.model(
      .graph(
        [
          .node("Abs", ["x"], ["h"]),
          .node(
            "Loop", ["M", "", "x"], ["last", "y"], name: "loop", attributes: [Self.attribute("body", graph: body)]),
        ], inputs: [.value("x", [2]), .value("M", type: 7, [])]))
    let read = try graph(model)
    let written = try ONNXModel(try ONNXWriter.encode(read), name: "copy.onnx").graph()
    for trips in [0, 1, 3] {
      let inputs = [Tensor(shape: [2], [-1, 2]), Tensor(.int64, shape: [], elements: [Int64(trips)])]
      let (first, second) = (try Executor(read).run(inputs), try Executor(written).run(inputs))
      #expect(first.count == 1 && first[0].shape == [trips, 2])
      #expect(first[0].isIdentical(to: second[0]))
    }
    #expect(
      try Executor(read).run([Tensor(shape: [2], [-1, 2]), Tensor(.int64, shape: [], elements: [Int64(1)])])[0]
        .elements(as: Float.self) == [0, 12])
  }
}
