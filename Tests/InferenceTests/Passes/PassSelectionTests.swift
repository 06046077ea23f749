import Inference
import Testing

struct PassSelectionTests {
  @Test func namesAreUniqueAndInTheOrderOfThePipeline() throws {
    #expect(Set(PassSelection.known).count == PassSelection.known.count)
    #expect(PassSelection.all.names == PassSelection.known)
    #expect(PassSelection.known.last == PassSelection.fusion)
    #expect(try PassSelection("dead-code,no-ops").names == ["no-ops", "dead-code"])
  }

  @Test func wordsChooseAddAndLeaveOut() throws {
    #expect(try PassSelection("all") == .all)
    #expect(try PassSelection("none") == .none)
    #expect(try PassSelection("none").fuses == false)
    #expect(try PassSelection("standard") == .standard)
    #expect(!PassSelection.standard.contains("batch-norm-weights"))
    #expect(try PassSelection("-gelu").names == PassSelection.standard.names.filter { $0 != "gelu" })
    #expect(
      try PassSelection("all,-gelu, -fusion").names == PassSelection.known.filter { $0 != "gelu" && $0 != "fusion" })
    #expect(try PassSelection("gelu").names == ["gelu"])
  }

  @Test(arguments: ["gelo", "", "all,,gelu", "-all"])
  func anUnknownWordIsAnError(text: String) {
    #expect(throws: UnknownPass.self) { try PassSelection(text) }
  }

  @Test func theNearestNameIsSuggested() {
    #expect(UnknownPass(name: "gelo").description.contains("did you mean 'gelu'"))
  }

  @Test func withoutPassesTheNetworkIsTheSame() throws {
    let (graph, records) = PassPipeline.run(.none, on: try Networks.residual())
    #expect(graph.nodes.map(\.name) == (try Networks.residual()).nodes.map(\.name))
    #expect(records.isEmpty)
  }

  @Test(arguments: PassSelection.known + ["all", "standard"])
  func everyPassKeepsTheResults(pass: String) throws {
    try PassCase(pass, Networks.residual()).expectSameResults(within: 1e-5)
    let dynamic = try PassCase(pass, Networks.dynamic())
    let inputs = [Tensor.counting(6), Tensor(int64s: [4])]
    let (results, expected) = (try Executor(dynamic.after).run(inputs), try Executor(dynamic.before).run(inputs))
    for (result, expected) in zip(results, expected) { #expect(result.isIdentical(to: expected)) }
  }

  @Test func theOutputsOfPassesDoNotDependOnTheRun() throws {
    let first = PassPipeline.run(.all, on: try Networks.residual()).graph
    let second = PassPipeline.run(.all, on: try Networks.residual()).graph
    #expect(first.nodes.map(\.name) == second.nodes.map(\.name))
    #expect(first.values.map(\.name) == second.values.map(\.name))
  }
}
