/// Builds a graph node by node, inferring types as it goes.
///
/// The zoo, the ONNX reader and tests all make graphs through it.
public struct GraphBuilder {
  private var graph: Graph
  private var nodeNames: Set<String> = []
  private let isSubgraph: Bool
  /// Whether some value is of 16-bit floats, so that values of unknown type may be, too.
  private var hasHalves = false

  /// An empty graph whose operators are read by the given opset version of each domain (`""` is ai.onnx).
  ///
  /// In a sub-graph, a node whose inputs do not fit leaves the types of its outputs unknown, because it may never run.
  public init(name: String, opsets: [String: Int] = ["": 17], isSubgraph: Bool = false) {
    self.isSubgraph = isSubgraph
    graph = Graph(name: name, opsets: opsets, values: [], nodes: [], inputs: [], outputs: [])
  }

  /// Declares an input of the network.
  public mutating func input(_ name: String, _ elementType: ElementType = .float32, _ shape: [Int]) -> ValueID {
    let id = addValue(name, type: TensorType(elementType, shape))
    graph.inputs.append(id)
    return id
  }

  /// Declares an input of unknown type, as sub-graphs have.
  public mutating func input(_ name: String, type: TensorType?, declared: DeclaredType? = nil) -> ValueID {
    let id = addValue(name, type: type)
    graph.values[id.index].declared = declared
    graph.inputs.append(id)
    return id
  }

  /// Adds a constant: a weight or a shape.
  public mutating func constant(_ name: String, _ tensor: Tensor) -> ValueID {
    addValue(name, type: TensorType(constant: tensor))
  }

  /// Applies an operator and returns its outputs, named `outputNames` (by default after the node).
  ///
  /// Types that depend on run-time values stay unknown. Throws `ShapeError` where the operator is unknown, an attribute
  /// is wrong or the shapes do not fit; the message begins with the node's name. `captures` are the values that the
  /// node's sub-graphs read, each of which is one of the last inputs of every sub-graph.
  @discardableResult
  public mutating func node(
    _ name: String, _ operatorName: String, domain: String = "", _ inputs: [ValueID?],
    _ attributes: [String: Attribute] = [:], captures: [ValueID] = [], outputNames: [String?]? = nil
  ) throws -> [ValueID?] {
    guard let type = OperatorRegistry.find(domain: domain, name: operatorName) else {
      throw ShapeError("\(name): operator \(domain.isEmpty ? "" : domain + ".")\(operatorName) is not supported")
    }
    do {
      var reader = AttributeReader(
        attributes, opset: graph.opsets[type.domain] ?? 1, inputCount: inputs.count,
        outputCount: outputNames?.count ?? 1, captureCount: captures.count)
      let operation = try type.init(from: &reader)
      if let unread = reader.unread.first {
        let known = reader.known.isEmpty ? "it has none" : "it has \(reader.known.joined(separator: ", "))"
        throw ShapeError("unknown attribute '\(unread)' of \(operatorName) in opset \(reader.opset); \(known)")
      }
      var inputs = inputs
      if let flow = type as? any ControlFlowOperator.Type {
        inputs += [ValueID?](repeating: nil, count: max(0, flow.leastInputs - inputs.count)) + captures
      }
      return try add(name, operation, inputs, attributes, outputNames)
    } catch let error as ShapeError {
      throw ShapeError("\(name): \(error.description)", needsValue: error.needsValue)
    }
  }

  /// Marks a value as an output of the network.
  public mutating func output(_ id: ValueID, declared: DeclaredType? = nil) {
    graph.outputs.append(id)
    if let declared { graph.values[id.index].declared = declared }
  }

  /// The type inferred for a value so far.
  public func type(of id: ValueID) -> TensorType? { graph[id].type }

  /// The finished graph.
  public func build() -> Graph { graph }

  private mutating func add(
    _ name: String, _ operation: any Operator, _ inputs: [ValueID?], _ attributes: [String: Attribute],
    _ outputNames: [String?]?
  ) throws -> [ValueID?] {
    let (types, isPresent) = (inputs.map { $0.flatMap { graph[$0].type } }, inputs.map { $0 != nil })
    if let cast = operation as? Cast, cast.target.isHalf { hasHalves = true }
    let operation = operation.taking(types, isPresent: isPresent, mayMeetHalf: hasHalves || isSubgraph)
    var outputs: [TensorType?] = []
    do {
      outputs = try TypeInference.outputs(of: operation, inputs: types, isPresent: isPresent)
    } catch  where isSubgraph {}
    if let outputNames, !outputs.isEmpty, outputNames.count > outputs.count {
      throw ShapeError("\(outputNames.count) outputs, but there are only \(outputs.count)")
    }
    let names: [String?] = outputNames ?? (0..<max(1, outputs.count)).map { $0 == 0 ? name : "\(name):\($0)" }
    let ids = names.enumerated().map { index, valueName in
      valueName.map { addValue($0, type: index < outputs.count ? outputs[index] : nil) }
    }
    graph.nodes.append(
      Graph.Node(name: unique(name), operation: operation, attributes: attributes, inputs: inputs, outputs: ids))
    return ids
  }

  private mutating func addValue(_ name: String, type: TensorType?) -> ValueID {
    if type?.elementType.isHalf == true { hasHalves = true }
    graph.values.append(Graph.Value(name: name, type: type))
    return ValueID(graph.values.count - 1)
  }

  private mutating func unique(_ name: String) -> String {
    var candidate = name
    var suffix = 1
    while !nodeNames.insert(candidate).inserted {
      candidate = "\(name)_\(suffix)"
      suffix += 1
    }
    return candidate
  }
}
