import Inference
import ModelZoo
import Testing

struct ZooTests {
  @Test func everyNetworkIsCheckedAgainstPublishedFigures() {
    #expect(Set(Zoo.descriptions.map(\.name)) == Set(PublishedFigures.all.map(\.name)))
    #expect(Zoo.descriptions.count == PublishedFigures.all.count)
  }

  @Test(arguments: PublishedFigures.all)
  func hasThePublishedSize(published: PublishedFigures) throws {
    let graph = try Zoo.build(published.name, withWeights: false)
    let output = try #require(graph.outputs.first)
    #expect(graph.name == published.name)
    #expect(graph.outputs.count == 1)
    #expect(graph[output].type?.shape == published.outputShape)
    #expect(parameterCount(of: graph) == published.parameters)
    #expect(graph.nodes.map { macs(of: $0, in: graph) }.reduce(0, +) == published.macs)
  }

  @Test(arguments: Zoo.descriptions.map(\.name))
  func readsWhatItsDescriptionSays(name: String) throws {
    let description = try #require(Zoo.find(name))
    for batch in [1, 3] {
      let graph = try Zoo.build(name, batch: batch, withWeights: false)
      let input = try #require(graph.inputs.first)
      #expect(graph.inputs.count == 1)
      #expect(graph[input].name == "input")
      #expect(graph[input].type?.elementType == description.inputType)
      #expect(graph[input].type?.shape == description.inputShape(batch: batch))
    }
    #expect(description.inputShape(batch: 1) == description.inputShape)
  }

  /// As a file of ONNX requires.
  @Test(arguments: Zoo.descriptions.map(\.name))
  func namesEveryValueAndLayerOnce(name: String) throws {
    let graph = try Zoo.build(name, withWeights: false)
    #expect(Set(graph.values.map(\.name)).count == graph.values.count)
    #expect(Set(graph.nodes.map(\.name)).count == graph.nodes.count)
    #expect(graph.values.allSatisfy { $0.type != nil })
  }

  @Test(arguments: PublishedFigures.all)
  func workGrowsWithTheBatch(published: PublishedFigures) throws {
    let graph = try Zoo.build(published.name, batch: 2, withWeights: false)
    #expect(graph.nodes.map { macs(of: $0, in: graph) }.reduce(0, +) == 2 * published.macs)
    #expect(parameterCount(of: graph) == published.parameters)
  }

  /// torchvision's module paths, by which `fixed,cut=features.18` names a layer.
  @Test(arguments: [
    ("mobilenet_v2", ["features.0.0", "features.1.conv.0.2", "features.3.add", "features.18.2", "classifier.1"]),
    ("resnet50", ["conv1", "layer1.0.conv3", "layer1.0.downsample.1", "layer4.2.relu_2", "avgpool", "fc"]),
    ("vgg16", ["features.30", "classifier.6"]), ("alexnet", ["features.12", "classifier.6"]),
    ("squeezenet1_1", ["features.12.expand3x3_activation", "classifier.1"]),
    ("googlenet", ["inception3a.branch2.1.conv", "inception5b.cat", "fc"]),
    ("inception_v3", ["Conv2d_1a_3x3.conv", "Mixed_7c.branch3x3dbl_3b.relu"]),
    ("densenet121", ["features.denseblock4.denselayer16.conv2", "features.norm5"]),
    ("mobilenet_v3_small", ["features.1.block.1.fc2", "features.12.2", "classifier.3"]),
    ("efficientnet_b0", ["features.7.0.block.3.1", "features.8.2.mul"]),
    ("shufflenet_v2_x1_0", ["stage4.3.branch2.7", "conv5.0"]),
    ("gpt2", ["transformer.h.11.mlp.c_fc.matmul", "lm_head"]),
  ])
  func layersAreNamedByModulePath(name: String, layers: [String]) throws {
    let names = Set(try Zoo.build(name, withWeights: false).nodes.map(\.name))
    for layer in layers { #expect(names.contains(layer), "\(layer)") }
  }

  @Test func refusesWhatItCannotBuild() {
    #expect(throws: ZooError.unknownNetwork("resnet-50")) { try Zoo.build("resnet-50") }
    #expect(throws: ZooError.batchOutOfRange(0)) { try Zoo.build("mlp", batch: 0) }
    #expect(throws: ZooError.batchOutOfRange(.max)) { try Zoo.build("mlp", batch: .max) }
    #expect(Zoo.find("resnet-50") == nil)
    #expect("\(ZooError.unknownNetwork("resnet-50"))".contains("resnet50"))
  }

  private func macs(of node: Graph.Node, in graph: Graph) -> Int {
    node.operation.macs(for: graph.inputTypes(of: node), outputs: graph.outputTypes(of: node).compactMap { $0 })
  }

  /// Float constants of at least one axis, each counted once, but not BatchNormalization's statistics.
  private func parameterCount(of graph: Graph) -> Int {
    var parameters: Set<ValueID> = []
    for node in graph.nodes {
      let inputs = node.operatorName == "BatchNormalization" ? node.inputs.prefix(3) : node.inputs[...]
      for case let input? in inputs {
        guard let constant = graph[input].type?.constant, constant.elementType == .float32 else { continue }
        if !constant.shape.isEmpty { parameters.insert(input) }
      }
    }
    return parameters.map { graph[$0].type?.elementCount ?? 0 }.reduce(0, +)
  }
}
