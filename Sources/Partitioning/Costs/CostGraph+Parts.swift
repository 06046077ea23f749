import Inference
import StrictJSON

extension CostGraph {
  /// A node that is fused into a layer, as it is computed where a cut opens the layer.
  public struct Part: Sendable {
    public let name: String
    /// What the node computes alone.
    public let work: Work
    /// What the layer's nodes up to this one compute as one layer.
    public let headWork: Work
    /// The tensors from outside the layer that it reads.
    public let inputs: [Int]
    /// The parts of the layer whose results it reads.
    public let innerInputs: [Int]
    /// The name of its result and the bytes of that.
    public let outputName: String
    public let outputBytes: Int
  }

  /// The layer and the node fused into it that a name stands for; `nil` where it stands for a whole layer or none.
  public func part(named name: String) -> (layer: Int, part: Int)? {
    guard !layers.contains(where: { $0.name == name }) else { return nil }
    for (index, layer) in layers.enumerated() {
      if let part = layer.parts.firstIndex(where: { $0.name == name }) {
        return part == layer.parts.count - 1 ? nil : (index, part)
      }
    }
    guard !history.isEmpty, layers(madeOf: name).isEmpty,
      let node = try? history.node(for: name, isPresent: { !self.layers(madeOf: $0).isEmpty }), node != name
    else { return nil }
    return part(named: node)
  }

  private func layers(madeOf node: String) -> [Int] {
    layers.indices.filter { layers[$0].name == node || layers[$0].nodeNames.contains(node) }
  }

  static func parts(
    _ parts: [(head: LayerGroup, node: LayerGroup)], of layer: LayerGroup, _ tensorOfValue: [Int], in graph: Graph
  ) -> [Part] {
    var makers: [ValueID: Int] = [:]
    for (index, node) in layer.nodes.enumerated() {
      for case let output? in graph.nodes[node].outputs { makers[output] = index }
    }
    return parts.enumerated().map { index, part in
      let result = graph.nodes[layer.nodes[index]].outputs.first ?? nil
      return Part(
        name: part.node.name, work: Work(part.node), headWork: Work(part.head),
        inputs: part.node.inputs.filter { makers[$0] == nil }.map { tensorOfValue[$0.index] }.filter { $0 >= 0 }
          .sorted(),
        innerInputs: part.node.inputs.compactMap { makers[$0] }.sorted(),
        outputName: result.map { graph[$0].name } ?? part.node.name,
        outputBytes: result.flatMap { graph.costType(of: $0)?.byteCount } ?? 0)
    }
  }
}

extension CostGraph.Work {
  public init(_ layer: LayerGroup) {
    self.init(
      macs: layer.macs, bytes: layer.bytes, weightBytes: layer.weightBytes, outputBytes: layer.outputBytes,
      costClass: layer.costClass, kind: layer.kind, functions: layer.functions)
  }
}
