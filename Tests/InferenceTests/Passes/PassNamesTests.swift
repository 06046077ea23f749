import Inference
import Testing

struct PassNamesTests {
  @Test func aNameInsideAPatternSaysWhatToNameInstead() throws {
    let graph = try network([2, 8]) { net, x in
      let erf = try net.node("act.erf", "Erf", [try net.node("act.div", "Div", [x, net.number(1.4142135)])])
      let sum = try net.node("act.add", "Add", [erf, net.number(1)])
      let half = try net.node("act.half", "Mul", [try net.node("act.mul", "Mul", [x, sum]), net.number(0.5)])
      return try net.node("out", "Exp", [half])
    }
    let after = try PassCase("standard", graph).after
    #expect(after.nodes.map(\.name) == ["act.half", "out"])
    #expect(try after.node(named: "act") == 0)
    let error = #expect(throws: AbsorbedName.self) { try after.node(named: "act.erf") }
    #expect(error?.pass == "gelu" && error?.instead == "act.half")
    #expect(error?.description.contains("--passes -gelu") ?? false)
    #expect(throws: UnknownName.self) { try after.node(named: "act.nothing") }
  }

  @Test func aChainOfPassesIsFollowedToItsEnd() throws {
    let graph = try network([1, 3, 4, 4]) { net, x in
      let same = try net.node("same", "Identity", [try net.node("conv", "Conv", [x, net.weight("w", [2, 3, 1, 1])])])
      let half = try net.node("half", "Mul", [same, net.number(0.5)])
      return try net.node("exp", "Exp", [half])
    }
    let after = try PassCase("no-ops,scales", graph).after
    #expect(after.nodes.map(\.name) == ["half", "exp"])
    let error = #expect(throws: AbsorbedName.self) { try after.node(named: "same") }
    #expect(error?.instead == "half" && error?.pass == "scales")
  }

  @Test(arguments: ["all", "standard", "none"])
  func everyCutAfterPassesGivesTheSameBits(passes: String) throws {
    let graph = try Networks.residual().optimized(try PassSelection(passes))
    let inputs = try graph.randomInputs(seed: 4)
    let whole = try Executor(graph).run(inputs)
    for node in graph.nodes {
      let parts = try PartitionedExecutor(graph, cutAfter: node.name)
      #expect(try parts.run(inputs).outputs[0].isIdentical(to: whole[0]), "cut after \(node.name)")
    }
  }

  /// The layers as a placement that opens a fused group has them: the head, then the other nodes alone, elsewhere.
  @Test func everyFusedGroupCanBeOpened() throws {
    let graph = try Networks.residual()
    let inputs = try graph.randomInputs(seed: 4)
    let whole = try Executor(graph).run(inputs)
    let groups = graph.layers(fused: true)
    let parts = graph.parts(of: groups)
    var opened = 0
    for (index, group) in groups.enumerated() where group.nodes.count > 1 {
      for cut in 0..<group.nodes.count - 1 {
        let tail = parts[index][(cut + 1)...].map(\.node)
        let layers = Array(groups[..<index]) + [parts[index][cut].head] + tail + Array(groups[(index + 1)...])
        let places = [Int](repeating: 0, count: index + 1) + [Int](repeating: 1, count: layers.count - index - 1)
        let split = try PartitionedExecutor(graph, layers: layers, places: places)
        #expect(try split.run(inputs).outputs[0].isIdentical(to: whole[0]))
        opened += 1
      }
    }
    #expect(opened > 10)
  }
}
