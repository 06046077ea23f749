import Inference
import Testing

struct GraphTests {
  @Test func namesStandForNodesValuesAndModules() throws {
    let graph = try Networks.residual()
    func name(_ query: String) throws -> String { graph.nodes[try graph.node(named: query)].name }
    #expect(try name("stem.bn") == "stem.bn")
    #expect(try name("stem") == "stem.act")
    #expect(try name("block") == "block.relu")
    #expect(try name("block.left") == "block.left.bn")
    let error = #expect(throws: UnknownName.self) { try graph.node(named: "blok.left") }
    #expect(error?.candidates.first == "block.left")
    #expect(error?.description.contains("did you mean 'block.left'") == true)
    #expect(throws: UnknownName.self) { try graph.node(named: "") }
    #expect(throws: UnknownName.self) { try graph.node(named: "stem.") }
  }

  @Test func subgraphsHaveTheBoundaryAsInputsAndOutputs() throws {
    let graph = try Networks.residual()
    let (head, tail) = graph.cut(after: try graph.node(named: "block.left"))
    #expect(
      head.map { graph.nodes[$0].name } == ["stem.conv", "stem.bn", "stem.act", "block.left.conv", "block.left.bn"])
    #expect(head.count + tail.count == graph.nodes.count)
    let (first, second) = (graph.subgraph(of: head, name: "head"), graph.subgraph(of: tail.reversed(), name: "tail"))
    try first.checkOrder()
    try second.checkOrder()
    #expect(first.inputs.map { first[$0].name } == ["input"])
    #expect(first.outputs.map { first[$0].name } == ["stem.act", "block.left.bn"])
    #expect(second.inputs.map { second[$0].name } == ["stem.act", "block.left.bn"])
    #expect(second.outputs.map { second[$0].name } == ["head.softmax"])
    #expect(first.parameterCount + second.parameterCount == graph.parameterCount)
  }

  @Test func simplifyingDropsWhatNobodyReads() throws {
    var net = Weights(GraphBuilder(name: "dead"), seed: 1)
    let x = net.builder.input("x", .float32, [2])
    _ = try net.node("unused", "Neg", [try net.node("alsoUnused", "Abs", [x])])
    net.builder.output(try net.node("used", "Sqrt", [x]))
    #expect(net.builder.build().simplified().nodes.map(\.name) == ["used"])
  }

  @Test func otherInputShapes() throws {
    let graph = try Networks.residual().withInputs(shaped: [[2, 3, 12, 12]])
    #expect(graph.outputs.map { graph[$0].type?.shape } == [[2, 5]])
    let result = try Executor(graph).run(try graph.randomInputs(seed: 3))
    #expect(result[0].shape == [2, 5])
    #expect(throws: ShapeError.self) { try Networks.residual().withInputs(shaped: [[2, 4, 12, 12]]) }
    #expect(throws: ShapeError.self) { try Networks.residual().withInputs(shaped: []) }
  }

  @Test func unknownOperatorsAndAttributes() {
    var builder = GraphBuilder(name: "bad")
    let x = builder.input("x", .float32, [2])
    let unknown = #expect(throws: ShapeError.self) { try builder.node("n", "Blur", [x]) }
    #expect(unknown?.description == "n: operator Blur is not supported")
    let attribute = #expect(throws: ShapeError.self) { try builder.node("n", "Neg", [x], ["beta": .int(1)]) }
    #expect(attribute?.description == "n: unknown attribute 'beta' of Neg in opset 17; it has none")
  }

  @Test func randomInputsAreSeededAndInRange() throws {
    var net = Weights(GraphBuilder(name: "ids"), seed: 1)
    let ids = net.builder.input("ids", .int64, [50])
    net.builder.output(try net.node("embed", "Gather", [net.weight("table", [7, 2]), ids]))
    let graph = net.builder.build()
    let (a, b) = (try graph.randomInputs(seed: 1), try graph.randomInputs(seed: 1))
    #expect(a[0].isIdentical(to: b[0]))
    #expect(try !graph.randomInputs(seed: 2)[0].isIdentical(to: a[0]))
    #expect(Set(a[0].int64Elements) == Set(0..<7))
  }
}
