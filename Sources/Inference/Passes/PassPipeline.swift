/// Runs passes over a network, always in the same order.
public enum PassPipeline {
  /// Every pass, in the order in which they run.
  ///
  /// Clean-up comes first, so that patterns are seen as they are meant, and last, for what others leave behind. The
  /// integer kernels come before constants are folded, because folding would dequantise the weights.
  public static let all: [any GraphPass] = [
    NoOperations(), CommonSubexpressions(), QuantizedKernelsPass(), ChannelsLastPass(), ConstantFolding(),
    LayerNormalizationPattern(), RMSNormalizationPattern(), GeluPattern(), HardSwishPattern(), SwishPattern(),
    MishPattern(), SoftmaxPattern(),
    ReshapeChains(), TransposePairs(), PadMerging(), BatchNormalizationFolding(), BatchNormalizationWeights(),
    ScaleFolding(), DeadCode(),
  ]

  /// What one pass did.
  public struct Record: Sendable, Hashable {
    public let pass: String
    /// How many nodes fewer there are; negative where it added some.
    public let removedNodes: Int
    /// How many nodes it rewrote, removed or added.
    public let changes: Int
  }

  /// The network after the selected passes, and what each of them did.
  ///
  /// Inputs, outputs and their names stay. The new network's `history` tells where other names went. Sub-graphs go
  /// through the same passes and count with the rest. O(nodes + values), and the elements of the weights that change.
  public static func run(_ selection: PassSelection, on graph: Graph) -> (graph: Graph, records: [Record]) {
    let passes = all.filter { selection.contains(type(of: $0).name) }
    var counts = [(removed: Int, changes: Int)](repeating: (0, 0), count: passes.count)
    let outer = graph.mappingSubgraphs { rewritten($0, by: passes, &counts) }
    let result = rewritten(outer, by: passes, &counts)
    return (
      result,
      zip(passes, counts).map { pass, count in
        Record(pass: type(of: pass).name, removedNodes: count.removed, changes: count.changes)
      }
    )
  }

  private static func rewritten(
    _ graph: Graph, by passes: [any GraphPass], _ counts: inout [(removed: Int, changes: Int)]
  ) -> Graph {
    var editor = GraphEditor(graph)
    for (index, pass) in passes.enumerated() {
      let (nodes, edits) = (editor.nodeCount, editor.edits)
      editor.pass = type(of: pass).name
      pass.run(on: &editor)
      counts[index].removed += nodes - editor.nodeCount
      counts[index].changes += editor.edits - edits
    }
    return editor.edits > 0 ? editor.build() : graph
  }
}

extension Graph {
  /// The network after the selected passes.
  public func optimized(_ selection: PassSelection = .standard) -> Graph { PassPipeline.run(selection, on: self).graph }
}
