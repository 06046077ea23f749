/// Computes what depends on constants and known shapes alone.
///
/// Chains of Shape, Gather, Concat and the like that exporters leave behind become constants. A result larger than 1 MiB
/// and twice what it is made from is left to run time, so that a small file cannot ask for much memory.
struct ConstantFolding: GraphPass {
  static let name = "constants"
  static let summary = "computes at load time what depends on constants and known shapes alone"
  static let exactness = PassExactness.identical

  static let alwaysFoldedBytes = 1 << 20

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.nodes[index] else { continue }
      let inputs = graph.inputTypes(node)
      guard zip(node.inputs, inputs).allSatisfy({ $0 == nil || $1 != nil }) else { continue }
      var types = node.outputs.map { graph.type($0) }
      if zip(node.outputs, types).contains(where: { $0 != nil && $1 == nil }) {
        guard let inferred = try? node.operation.outputs(for: inputs), inferred.count >= node.outputs.count else {
          continue
        }
        types = inferred[..<node.outputs.count].map { $0 }
        for (output, type) in zip(node.outputs, types) { if let output, let type { graph.setType(output, type) } }
      }
      let made = types.compactMap { $0 }
      guard made.count == types.count else { continue }
      let limit = max(Self.alwaysFoldedBytes, 2 * inputs.reduce(0) { $0 + ($1?.byteCount ?? 0) })
      if made.reduce(0, { $0 + $1.byteCount }) <= limit,
        let values = TypeInference.values(of: node.operation, inputs: inputs, outputs: made, limit: .max)
      {
        for (output, type) in zip(node.outputs, values) { if let output { graph.setType(output, type) } }
      }
      let isKnown = node.outputs.allSatisfy { $0.map { graph.constant($0) != nil } ?? true }
      if isKnown { graph.drop(index) }
    }
  }
}
