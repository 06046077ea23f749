/// A value of a graph, as an index into `Graph.values`.
public struct ValueID: Hashable, Sendable, Comparable {
  public let index: Int
  public init(_ index: Int) { self.index = index }
  public static func < (left: ValueID, right: ValueID) -> Bool { left.index < right.index }
}

/// A neural network: operators in topological order over named values in single assignment.
///
/// Graphs are made by `GraphBuilder` (by hand, by the zoo or by the ONNX reader), which infers every type that can be
/// known before the network runs.
public struct Graph: Sendable {
  /// One tensor that flows through the graph.
  public struct Value: Sendable {
    public let name: String
    /// `nil` where element type and shape depend on data and are known only at run time.
    public var type: TensorType?
    /// What the file that the graph was read from says of an input or output of it.
    public var declared: DeclaredType?
    /// For a value of unknown type, the one that costs are counted with: seen in a run on a sample input.
    public var assumed: TensorType?

    public init(name: String, type: TensorType? = nil, declared: DeclaredType? = nil) {
      self.name = name
      self.type = type
      self.declared = declared
    }
  }

  /// One operator application.
  public struct Node: Sendable {
    /// Unique in the graph; what `--cut` and `fixed,cut=` name.
    public let name: String
    /// What the node computes, as read from `attributes`.
    public let operation: any Operator
    /// The attributes as given, from which the node can be written to a file again.
    public let attributes: [String: Attribute]
    /// `nil` where an optional input is left out; the last `captureCount` are values that only sub-graphs read.
    public let inputs: [ValueID?]
    /// `nil` where an optional output is not wanted.
    public let outputs: [ValueID?]

    /// The operator's name in ONNX, such as `Conv`.
    public var operatorName: String { type(of: operation).onnxName }
    /// The operator's domain in ONNX; `""` is ai.onnx.
    public var domain: String { type(of: operation).domain }
    /// How many of the inputs, the last ones, are no inputs of the operator but values that its sub-graphs read.
    public var captureCount: Int { (operation as? any ControlFlowOperator)?.captureCount ?? 0 }
    /// The sub-graphs of a control-flow operator by attribute, in the order of the attributes' names.
    public var subgraphs: [(attribute: String, graph: Graph)] {
      guard let flow = operation as? any ControlFlowOperator else { return [] }
      return flow.subgraphs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
  }

  public let name: String
  /// The opset version of each domain that the attributes are to be read by; `""` is ai.onnx.
  public let opsets: [String: Int]
  public internal(set) var values: [Value]
  /// In topological order.
  public internal(set) var nodes: [Node]
  /// What the caller supplies, in order; initialisers are not among them.
  public internal(set) var inputs: [ValueID]
  public internal(set) var outputs: [ValueID]
  /// Where the names went that passes took out.
  public internal(set) var history = PassHistory()

  public subscript(id: ValueID) -> Value { values[id.index] }

  /// The types of a node's inputs, for shape inference and counting.
  public func inputTypes(of node: Node) -> [TensorType?] { node.inputs.map { $0.flatMap { self[$0].type } } }

  /// The types of a node's outputs.
  public func outputTypes(of node: Node) -> [TensorType?] { node.outputs.map { $0.flatMap { self[$0].type } } }

  /// Which node makes each value, by value index; `nil` for inputs and constants.
  public func producers() -> [Int?] {
    var producers = [Int?](repeating: nil, count: values.count)
    for (index, node) in nodes.enumerated() {
      for output in node.outputs { if let output { producers[output.index] = index } }
    }
    return producers
  }

  /// The nodes that read each value, ascending and without repetition, by value index.
  public func consumers() -> [[Int]] {
    var consumers = [[Int]](repeating: [], count: values.count)
    for (index, node) in nodes.enumerated() {
      for case let input? in node.inputs where consumers[input.index].last != index {
        consumers[input.index].append(index)
      }
    }
    return consumers
  }
}
