import Inference
import ModelZoo
import Testing

/// Runs every layer by itself, so that no fusion hides a value; one network at a time, for the sake of memory.
@Suite(.serialized)
struct ActivationTests {
  @Test(arguments: Zoo.descriptions.map(\.name))
  func keepTheirSizeFromLayerToLayer(name: String) throws {
    let description = try #require(Zoo.find(name))
    let graph = try Zoo.build(name)
    var results: [[Float]] = []
    for seed in 1...2 as ClosedRange<UInt64> {
      let input = description.sampleInput(seed: seed)
      results.append(
        try output(of: graph, for: input) { node, value in
          // A mask writes the lowest number there is.
          guard node.operatorName != "Where" else { return }
          let (largest, deviation) = (value.map(abs).max() ?? 0, standardDeviation(of: value))
          #expect(largest.isFinite && deviation > 1e-3 && deviation < 1e3, "\(node.name): \(deviation), \(largest)")
        })
    }
    // What the network says depends on what it is shown.
    let difference = standardDeviation(of: zip(results[0], results[1]).map { $0 - $1 })
    #expect(difference > 1e-3 * standardDeviation(of: results[0]))
  }

  private func output(of graph: Graph, for input: Tensor, check: (Graph.Node, [Float]) -> Void) throws -> [Float] {
    var values = graph.values.map { $0.type?.constant }
    let (entry, exit) = (try #require(graph.inputs.first), try #require(graph.outputs.first))
    values[entry.index] = input
    for node in graph.nodes {
      let outputs = try graph.outputTypes(of: node).map { type in
        let type = try #require(type)
        return Tensor(zeros: type.elementType, shape: type.shape)
      }
      let inputs = node.inputs.map { $0.flatMap { values[$0.index] } }
      try node.operation.execute(inputs, into: outputs, using: ExecutionContext(threads: 2))
      for (tensor, id) in zip(outputs, node.outputs) {
        guard let id else { continue }
        values[id.index] = tensor
        check(node, tensor.elements(as: Float.self))
      }
    }
    return try #require(values[exit.index]).elements(as: Float.self)
  }

  private func standardDeviation(of elements: [Float]) -> Double {
    let count = Double(elements.count)
    let mean = elements.reduce(0) { $0 + Double($1) } / count
    return (elements.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count).squareRoot()
  }
}
