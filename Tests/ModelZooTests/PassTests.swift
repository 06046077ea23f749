import Inference
import ModelZoo
import Testing

struct PassTests {
  @Test(arguments: ["lenet5", "ds_cnn", "resnet8", "mobilenet_v2", "bert_mini", "lstm"], ["all", "standard"])
  func passesKeepTheOutputs(name: String, passes: String) throws {
    let graph = try Zoo.build(name)
    let optimized = graph.optimized(try PassSelection(passes))
    let inputs = [try #require(Zoo.find(name)).sampleInput(seed: 3)]
    let expected = try Executor(graph).run(inputs)
    for (output, expected) in zip(try Executor(optimized).run(inputs), expected) {
      let (got, want) = (output.elements(as: Float.self), expected.elements(as: Float.self))
      let scale = want.map(abs).max() ?? 0
      #expect(scale > 0)
      #expect(zip(got, want).allSatisfy { abs($0 - $1) <= 1e-4 * scale })
    }
  }

  @Test(arguments: ["bert_mini", "distilbert", "gpt2"])
  func transformersGetOneNodeForTheirActivation(name: String) throws {
    let graph = try Zoo.build(name, withWeights: false)
    let optimized = graph.optimized()
    #expect(optimized.macs == graph.macs)
    #expect(optimized.nodes.filter { $0.operatorName == "Gelu" }.count > 3)
    #expect(!optimized.nodes.contains { ["Erf", "Pow"].contains($0.operatorName) })
  }

  @Test func allPassesLeaveNoBatchNormalisationBehindAConvolution() throws {
    let graph = try Zoo.build("resnet8").optimized(.all)
    #expect(!graph.nodes.contains { $0.operatorName == "BatchNormalization" })
  }

  /// Built-in networks are written as the engine wants them, but for the activation of transformers, which is Gelu in
  /// pieces: what a layer is and costs does not depend on the passes.
  @Test(arguments: Zoo.descriptions.map(\.name).filter { !["bert_mini", "distilbert", "gpt2"].contains($0) })
  func theUsualPassesKeepTheLayers(name: String) throws {
    let graph = try Zoo.build(name, withWeights: false)
    let (before, after) = (graph.layers(fused: true), graph.optimized().layers(fused: true))
    #expect(after.map(\.name) == before.map(\.name))
    #expect(after.map(\.macs) == before.map(\.macs))
    #expect(after.map(\.bytes) == before.map(\.bytes))
  }
}
