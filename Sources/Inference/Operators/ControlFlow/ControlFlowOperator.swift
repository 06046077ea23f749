/// An operator that runs sub-graphs: If, Loop, Scan.
///
/// Its inputs are those that ONNX defines, then `captureCount` values of the network around it that the sub-graphs
/// read. Every sub-graph has exactly those as its last inputs, in the same order, so that a captured value is to
/// everything else (cuts, life times, costs) an input like any other.
public protocol ControlFlowOperator: RunTimeOperator {
  var captureCount: Int { get }
  /// Inputs up to this number stay in their places where they are left out, as captured values follow them.
  static var leastInputs: Int { get }
  /// By the name of the attribute.
  var subgraphs: [String: Graph] { get set }
}

extension AttributeReader {
  /// A sub-graph of the operator; throws where it is missing or its last inputs cannot be the captured values.
  mutating func subgraph(_ name: String, inputs: Int, outputs: ClosedRange<Int>) throws -> Graph {
    guard let graph = try graphIfPresent(name) else { throw ShapeError("attribute '\(name)' is missing") }
    let formal = graph.inputs.count - captureCount
    guard formal == inputs else {
      throw ShapeError("sub-graph '\(name)' has \(formal) inputs instead of \(inputs)")
    }
    guard outputs.contains(graph.outputs.count) else {
      let wanted = outputs.lowerBound == outputs.upperBound ? "" : " at least"
      throw ShapeError(
        "sub-graph '\(name)' has \(graph.outputs.count) outputs instead of\(wanted) \(outputs.lowerBound)")
    }
    return graph
  }
}

extension Graph {
  /// The class of the node with the most multiply-accumulates, those in sub-graphs included.
  var dominantCostClass: CostClass {
    var (most, result) = (0, CostClass.memory)
    for node in nodes {
      let macs = macs(of: node)
      if macs > most { (most, result) = (macs, node.operation.costClass(for: inputTypes(of: node))) }
    }
    return result
  }
}

extension TensorType {
  /// The type without its value.
  var open: TensorType { TensorType(elementType, shape) }

  /// Whether element type and shape are the same.
  func hasShape(of other: TensorType) -> Bool { elementType == other.elementType && shape == other.shape }
}

extension Array where Element == ExecutionValue? {
  /// The tensor at `index`, or `nil` where the input is left out.
  func tensor(_ index: Int, _ name: String) throws -> Tensor? {
    guard index < count, let value = self[index] else { return nil }
    return try value.tensor("input '\(name)'")
  }

  /// The only element of the bool tensor at `index`, or `nil` where the input is left out.
  func condition(_ index: Int, _ name: String) throws -> Bool? {
    try tensor(index, name)?.condition("input '\(name)'")
  }
}

extension Tensor {
  /// The only element of a bool tensor.
  func condition(_ what: String) throws -> Bool {
    guard elementType == .bool, elementCount == 1, let value = integers()?.first else {
      throw ExecutionError("\(what) must be one bool, not \(elementType)\(shape)")
    }
    return value != 0
  }
}
