/// Runs passes over a network, always in the same order.
public enum PassPipeline {
  /// Every pass, in the order in which they run.
  ///
  /// Clean-up comes first, so that patterns are seen as they are meant, and last, for what others leave behind. The
  /// integer kernels come before constants are folded, because folding would dequantise the weights.
  public static let all: [any GraphPass] = [
    NoOperations(), CommonSubexpressions(), QuantizedKernelsPass(), ConstantFolding(), LayerNormalizationPattern(),
    RMSNormalizationPattern(), GeluPattern(), HardSwishPattern(), SwishPattern(), MishPattern(), SoftmaxPattern(),
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
  /// Inputs, outputs and their names stay. The new network's `history` tells where other names went. O(nodes + values),
  /// and the elements of the weights that are changed.
  public static func run(_ selection: PassSelection, on graph: Graph) -> (graph: Graph, records: [Record]) {
    var editor = GraphEditor(graph)
    var records: [Record] = []
    for pass in all where selection.contains(type(of: pass).name) {
      let (before, edits) = (editor.nodeCount, editor.edits)
      editor.pass = type(of: pass).name
      pass.run(on: &editor)
      records.append(
        Record(pass: editor.pass, removedNodes: before - editor.nodeCount, changes: editor.edits - edits))
    }
    let changed = records.contains { $0.changes > 0 }
    return (changed ? editor.build() : graph, records)
  }
}

extension Graph {
  /// The network after the selected passes.
  public func optimized(_ selection: PassSelection = .standard) -> Graph { PassPipeline.run(selection, on: self).graph }
}
