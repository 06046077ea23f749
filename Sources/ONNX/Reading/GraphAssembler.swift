import Foundation
import Inference

/// Makes a `Graph` from the messages of a file: names become values, nodes are sorted, types are inferred.
struct GraphAssembler {
  private let model: ONNXModel
  private let nodes: [NodeMessage]
  private let names: [String]
  private(set) var decoder: TensorDecoder
  private var builder: GraphBuilder
  private var values: [String: ValueID] = [:]

  /// Who defines a name.
  private enum Definition {
    case input, initializer
    case node(Int)
  }

  init(_ model: ONNXModel) {
    self.model = model
    nodes = model.message.nodes
    names = NodeNames.names(of: nodes)
    let folder = model.file.lastIndex(of: "/").map { String(model.file[...$0]) } ?? "."
    decoder = TensorDecoder(source: model.source, folder: folder)
    builder = GraphBuilder(name: model.message.name, opsets: model.opsets)
  }

  mutating func graph(inputShapes: [String: [Int]]) throws -> Graph {
    let order = try sortedNodes()
    try checkOperators()
    var inputs = InputShapes(model)
    let shapes = try inputs.resolve(inputShapes)
    for (input, shape) in zip(model.inputs, shapes) {
      values[input.name] = builder.input(input.name, input.elementType, shape)
    }
    try addInitializers()
    for index in order { try add(nodes[index], named: names[index]) }
    for output in model.message.outputs {
      guard let id = values[output.name] else { throw failure("output \(output.name.quoted) is missing") }
      builder.output(id)
    }
    return builder.build().simplified()
  }

  /// The nodes in topological order.
  ///
  /// Throws where names are defined twice, missing, or form a cycle.
  private func sortedNodes() throws -> [Int] {
    let definitions = try definitions()
    var sources: [[Int]] = []
    sources.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      var nodeSources: [Int] = []
      for name in node.inputs where !name.isEmpty {
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
    guard !model.message.outputs.isEmpty else { throw failure("the model has no outputs") }
    var outputs: Set<String> = []
    for output in model.message.outputs {
      guard definitions[output.name] != nil else {
        throw failure("output \(output.name.quoted) is produced by nothing in the file")
      }
      guard outputs.insert(output.name).inserted else { throw failure("output \(output.name.quoted) is listed twice") }
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
    for input in model.inputs { try define(input.name, .input, "an input") }
    for tensor in model.message.initializers { try define(tensor.name, .initializer, "an initialiser") }
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty {
        try define(output, .node(index), "an output of node \(names[index].quoted) (\(node.operatorName))")
      }
    }
    return definitions
  }

  private func checkOperators() throws {
    var missing: [UnsupportedOperators.Entry] = []
    for (index, node) in nodes.enumerated() where !isConstant(node) {
      guard let opset = model.opsets[node.domain] else {
        throw failure(
          "node \(names[index].quoted) uses \(node.operatorName) of domain \(node.domain.quoted), whose version the file"
            + " does not state (opset_import)")
      }
      if OperatorRegistry.find(domain: node.domain, name: node.operatorName) == nil {
        missing.append(
          UnsupportedOperators.Entry(
            node: names[index], operatorName: node.operatorName, domain: node.domain, opset: opset))
      }
    }
    guard missing.isEmpty else { throw UnsupportedOperators(file: model.file, entries: missing) }
  }

  /// Decodes every initialiser, and adds those that are used.
  private mutating func addInitializers() throws {
    var used = Set(model.message.outputs.map(\.name))
    for node in nodes { used.formUnion(node.inputs) }
    for message in model.message.initializers {
      let tensor = try decoder.tensor(message, "initialiser \(message.name.quoted)")
      if used.contains(message.name) { values[message.name] = builder.constant(message.name, tensor) }
    }
  }

  private mutating func add(_ node: NodeMessage, named name: String) throws {
    let what = "node \(name.quoted) (\(node.operatorName))"
    let attributes = try decodedAttributes(of: node, what)
    if isConstant(node) {
      guard node.outputs.count == 1, node.inputs.isEmpty else { throw failure("\(what) has more than one output") }
      values[node.outputs[0]] = builder.constant(node.outputs[0], try constant(attributes, what))
      return
    }
    let outputs: [String?] = node.outputs.map { $0.isEmpty ? nil : $0 }
    do {
      let ids = try builder.node(
        name, node.operatorName, domain: node.domain, node.inputs.map { $0.isEmpty ? nil : values[$0] }, attributes,
        outputNames: outputs)
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
    case .graph, .graphs: throw failure("\(what): sub-graphs are not supported")
    case .sparseTensor, .sparseTensors: throw failure("\(what): sparse tensors are not supported")
    case .tensors, .typeInformation, .typeInformations:
      throw failure("\(what): lists of tensors and types are not supported")
    }
  }

  private func failure(_ message: String) -> ModelError { ModelError(file: model.file, message) }
}
