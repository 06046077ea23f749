import Foundation
import Inference

/// Makes a `Graph` from the messages of a file: names become values, nodes are sorted, types are inferred.
///
/// A sub-graph is assembled when the node that has it is added: then all that it may read from around is known.
struct GraphAssembler {
  private let model: ONNXModel
  private let message: GraphMessage
  private let nodes: [NodeMessage]
  private let names: [String]
  /// The sub-graphs of each node that has some, by the node's index.
  private let subgraphs: [Int: NodeSubgraphs]
  /// For a sub-graph, where it is and what it sees.
  private let scope: NameScope?
  /// Shared with the sub-graphs.
  private let problems: ProblemList
  private(set) var decoder: TensorDecoder
  private var builder: GraphBuilder
  private var values: [String: ValueID] = [:]
  /// Where names become visible to sub-graphs; made once there is one.
  private lazy var positions = NameScope.positions(in: message)

  /// Who defines a name.
  private enum Definition {
    case input, initializer
    case node(Int)
  }

  init(_ model: ONNXModel) throws {
    try self.init(
      model, model.message, scope: nil, decoder: Self.decoder(for: model), problems: ProblemList(file: model.file))
  }

  private init(
    _ model: ONNXModel, _ message: GraphMessage, scope: NameScope?, decoder: TensorDecoder, problems: ProblemList
  ) throws {
    self.model = model
    self.problems = problems
    self.message = message
    self.scope = scope
    self.decoder = decoder
    nodes = message.nodes
    names = NodeNames.names(of: nodes)
    subgraphs = try NodeSubgraphs.all(of: nodes)
    builder = GraphBuilder(name: message.name, opsets: model.opsets, isSubgraph: scope != nil)
  }

  private static func decoder(for model: ONNXModel) -> TensorDecoder {
    let folder = model.file.lastIndex(of: "/").map { String(model.file[...$0]) } ?? "."
    return TensorDecoder(source: model.source, folder: folder)
  }

  /// The graph, or everything that is wrong with the file.
  mutating func graph(inputShapes: [String: [Int]]) throws -> Graph {
    for problem in model.problems { problems.report(problem) }
    try collectMissing(from: nodes, names, prefix: "")
    let graph = try found { assembler in
      let order = try assembler.sortedNodes()
      assembler.addInputs(shaped: inputShapes)
      return try assembler.assembled(order)
    }
    try problems.throwIfAny()
    guard let graph else { throw failure("the model cannot be read") }
    return graph
  }

  /// What `body` returns; `nil` where it throws a `ModelError`, which is kept for the end.
  private mutating func found<Result>(_ body: (inout GraphAssembler) throws -> Result) throws -> Result? {
    do { return try body(&self) } catch let error as ModelError {
      problems.report(error)
      return nil
    }
  }

  private mutating func addInputs(shaped given: [String: [Int]]) {
    var shapes: [[Int]]?
    do {
      var inputs = InputShapes(model)
      shapes = try inputs.resolve(given)
    } catch let error as ModelError { problems.report(error) } catch { problems.report(failure("\(error)")) }
    for (index, input) in model.inputs.enumerated() {
      if let shapes {
        values[input.name] = builder.input(input.name, input.elementType, shapes[index])
      } else {
        values[input.name] = builder.input(input.name, type: nil)
      }
    }
    // Inputs of types that are not supported.
    let constants = Set(message.initializers.map(\.name))
    for input in message.inputs where values[input.name] == nil && !constants.contains(input.name) {
      addUnknown(input.name)
    }
  }

  /// Stands for a value that cannot be made, so that the rest of the file can be looked at.
  private mutating func addUnknown(_ name: String) { values[name] = builder.input(name, type: nil) }

  /// The graph of a sub-graph; its last inputs are the values of the graph around that it may read.
  private mutating func subgraph(captures: [(name: String, type: TensorType?)]) throws -> Graph {
    let constants = Set(message.initializers.map(\.name))
    for input in message.inputs where !constants.contains(input.name) {
      values[input.name] = builder.input(input.name, type: nil, declared: input.declaredType)
    }
    let order = try sortedNodes(captures: captures.map(\.name))
    for capture in captures {
      let id = builder.input(capture.name, type: capture.type)
      // A sibling may read from around what this one defines itself.
      if values[capture.name] == nil, !constants.contains(capture.name) { values[capture.name] = id }
    }
    return try assembled(order)
  }

  private mutating func assembled(_ order: [Int]) throws -> Graph {
    try addInitializers()
    for index in order {
      if isKnown(nodes[index]), try found({ try $0.add(index) }) != nil { continue }
      for output in nodes[index].outputs where !output.isEmpty { addUnknown(output) }
    }
    for output in message.outputs {
      guard let id = values[output.name] else { throw failure("output \(output.name.quoted) is missing") }
      builder.output(id, declared: output.declaredType)
    }
    return builder.build().simplified()
  }

  /// The nodes in topological order.
  ///
  /// Throws where names are defined twice, missing, or form a cycle.
  private func sortedNodes(captures: [String] = []) throws -> [Int] {
    var definitions = try definitions()
    for name in captures where definitions[name] == nil { definitions[name] = .input }
    var sources: [[Int]] = []
    sources.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      var nodeSources: [Int] = []
      for name in node.inputs + (subgraphs[index]?.captures ?? []) where !name.isEmpty {
        switch definitions[name] {
        case nil:
          throw failure(
            "node \(names[index].quoted) (\(node.operatorName)) reads \(name.quoted), which nothing in the file produces"
          )
        case .node(let source): nodeSources.append(source)
        case .input, .initializer: break
        }
      }
      sources.append(nodeSources)
    }
    guard !message.outputs.isEmpty else {
      throw failure(scope == nil ? "the model has no outputs" : "the sub-graph has no outputs")
    }
    var outputs: Set<String> = []
    for output in message.outputs {
      guard definitions[output.name] != nil else {
        throw failure("output \(output.name.quoted) is produced by nothing in the file")
      }
      guard outputs.insert(output.name).inserted || scope != nil else {
        throw failure("output \(output.name.quoted) is listed twice")
      }
    }
    switch NodeOrder.sorted(sources) {
    case .success(let order): return order
    case .failure(let cycle):
      let shown = cycle.nodes.prefix(8).map { names[$0].quoted }.joined(separator: " -> ")
      let rest = cycle.nodes.count > 8 ? " -> ... (\(cycle.nodes.count) nodes)" : ""
      throw failure("the nodes \(shown)\(rest) form a cycle")
    }
  }

  private func definitions() throws -> [String: Definition] {
    var definitions: [String: Definition] = [:]
    func define(_ name: String, _ definition: Definition, _ what: @autoclosure () -> String) throws {
      if definitions.updateValue(definition, forKey: name) != nil {
        throw failure("\(what()) has the name \(name.quoted), which is already taken: names must be unique")
      }
    }
    let constants = Set(message.initializers.map(\.name))
    for input in message.inputs where !constants.contains(input.name) {
      try define(input.name, .input, "an input")
    }
    for tensor in message.initializers { try define(tensor.name, .initializer, "an initialiser") }
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty {
        let what = "an output of node \(names[index].quoted) (\(node.operatorName))"
        try define(output, .node(index), what)
        // Inputs and initialisers of a sub-graph may hide a name of the graph around, results may not.
        if scope?.sees(output) ?? false {
          throw failure("\(what) has the name \(output.quoted), which the graph around uses already")
        }
      }
    }
    return definitions
  }

  private func collectMissing(from nodes: [NodeMessage], _ names: [String], prefix: String) throws {
    for (index, node) in nodes.enumerated() where !isConstant(node) {
      let name = prefix + names[index]
      if let opset = model.opsets[node.domain] {
        if OperatorRegistry.find(domain: node.domain, name: node.operatorName) == nil {
          problems.report(
            UnsupportedOperators.Entry(node: name, operatorName: node.operatorName, domain: node.domain, opset: opset))
        }
      } else {
        problems.report(
          ModelError(
            file: model.file,
            "node \(name.quoted) uses \(node.operatorName) of domain \(node.domain.quoted), whose version the file does not"
              + " state (opset_import)"))
      }
      for (attribute, graph) in try NodeSubgraphs.graphs(of: node) {
        try collectMissing(
          from: graph.nodes, NodeNames.names(of: graph.nodes), prefix: "\(name)/\(attribute)/")
      }
    }
  }

  /// Whether the engine has the operator of a node.
  private func isKnown(_ node: NodeMessage) -> Bool {
    isConstant(node)
      || model.opsets[node.domain] != nil && OperatorRegistry.find(domain: node.domain, name: node.operatorName) != nil
  }

  /// Decodes every initialiser, and adds those that are used.
  private mutating func addInitializers() throws {
    var used = Set(message.outputs.map(\.name))
    for node in nodes { used.formUnion(node.inputs) }
    for (_, node) in subgraphs { used.formUnion(node.captures) }
    for message in message.initializers {
      let place = scope?.place ?? ""
      let tensor = try found { try $0.decoder.tensor(message, "\(place)initialiser \(message.name.quoted)") }
      guard used.contains(message.name) else { continue }
      if let tensor {
        values[message.name] = builder.constant(message.name, tensor)
      } else {
        addUnknown(message.name)
      }
    }
  }

  private mutating func add(_ index: Int) throws {
    let (node, name) = (nodes[index], names[index])
    let what = "node \(name.quoted) (\(node.operatorName))"
    var attributes = try decodedAttributes(of: node, what)
    let captures = (subgraphs[index]?.captures ?? []).compactMap { values[$0] }
    for (attribute, graph) in subgraphs[index]?.graphs ?? [] {
      attributes[attribute] = .graph(try assemble(graph, attribute, of: index, captures))
    }
    if isConstant(node) {
      guard node.outputs.count == 1, node.inputs.isEmpty else { throw failure("\(what) has more than one output") }
      values[node.outputs[0]] = builder.constant(node.outputs[0], try constant(attributes, what))
      return
    }
    let outputs: [String?] = node.outputs.map { $0.isEmpty ? nil : $0 }
    do {
      let ids = try builder.node(
        name, node.operatorName, domain: node.domain, node.inputs.map { $0.isEmpty ? nil : values[$0] }, attributes,
        captures: captures, outputNames: outputs)
      for (output, id) in zip(node.outputs, ids) {
        guard let id else { continue }
        values[output] = id
        if let type = builder.type(of: id) {
          _ = try elementCount(type.shape, type.elementType) { failure("\(what): output \(output.quoted): \($0)") }
        }
      }
    } catch let error as ShapeError {
      throw failure("\(node.operatorName) node \(error.description)")
    }
  }

  /// A sub-graph of a node, with what it reads from here.
  private mutating func assemble(
    _ graph: GraphMessage, _ attribute: String, of index: Int, _ captures: [ValueID]
  ) throws -> Graph {
    let place = "\(scope?.place ?? "")in \(attribute.quoted) of node \(names[index].quoted): "
    var assembler = try GraphAssembler(
      model, graph, scope: NameScope(positions, upTo: index, place: place, around: scope), decoder: decoder,
      problems: problems)
    let types = captures.map { builder.type(of: $0) }
    let result = try assembler.subgraph(
      captures: zip(subgraphs[index]?.captures ?? [], types).map { (name: $0, type: $1) })
    decoder = assembler.decoder
    return result
  }

  private func isConstant(_ node: NodeMessage) -> Bool { node.domain.isEmpty && node.operatorName == "Constant" }

  /// The value of a Constant node, which becomes an initialiser.
  ///
  /// Source: ONNX Constant, opset 1 to 23.
  private func constant(_ attributes: [String: Attribute], _ what: String) throws -> Tensor {
    guard attributes.count == 1, let (name, value) = attributes.first else {
      throw failure("\(what) has \(attributes.count) values instead of one")
    }
    switch (name, value) {
    case ("value", .tensor(let tensor)): return tensor
    case ("value_float", .float(let value)): return Tensor(shape: [], [value])
    case ("value_int", .int(let value)): return Tensor(.int64, shape: [], elements: [Int64(value)])
    case ("value_floats", .floats(let values)): return Tensor(shape: [values.count], values)
    case ("value_ints", .ints(let values)): return Tensor(int64s: values)
    default: throw failure("\(what): a constant of \(name.quoted) is not supported")
    }
  }

  private mutating func decodedAttributes(of node: NodeMessage, _ what: String) throws -> [String: Attribute] {
    var attributes: [String: Attribute] = [:]
    for body in node.attributes {
      let message = try AttributeMessage(body)
      if message.kind == .graph, attributes[message.name] == nil {
        attributes[message.name] = .int(0)
        continue
      }
      let attribute = try self.attribute(message, "\(what): attribute \(message.name.quoted)")
      guard attributes.updateValue(attribute, forKey: message.name) == nil else {
        throw failure("\(what): attribute \(message.name.quoted) is given twice")
      }
    }
    return attributes
  }

  private mutating func attribute(_ message: AttributeMessage, _ what: String) throws -> Attribute {
    func text(_ slice: ByteSlice) throws -> String {
      guard let string = slice.string else { throw failure("\(what) is not UTF-8") }
      return string
    }
    switch message.kind {
    case .float: return .float(message.float)
    case .int: return .int(message.int)
    case .string: return .string(try message.string.map(text) ?? "")
    case .tensor:
      guard let tensor = message.tensor else { throw failure("\(what) has no value") }
      return .tensor(try decoder.tensor(tensor, what))
    case .floats: return .floats(message.floats)
    case .ints: return .ints(message.ints)
    case .strings: return .strings(try message.strings.map(text))
    case .graph, .graphs: throw failure("\(what): lists of sub-graphs are not supported")
    case .sparseTensor, .sparseTensors: throw failure("\(what): sparse tensors are not supported")
    case .tensors, .typeInformation, .typeInformations:
      throw failure("\(what): lists of tensors and types are not supported")
    }
  }

  private func failure(_ message: String) -> ModelError {
    ModelError(file: model.file, (scope?.place ?? "") + message)
  }
}
