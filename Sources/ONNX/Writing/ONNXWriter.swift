import Inference

/// Writes graphs as ONNX files that other programs read too: weights in `raw_data`, types declared where known.
///
/// Weights go from their storage to the file without being copied. Source: onnx.proto, onnx.checker.
public enum ONNXWriter {
  /// Writes `graph`; an existing file is replaced only once the new one is complete.
  ///
  /// Throws `ModelError` where the file cannot be written, or takes more than 2 GiB.
  public static func write(_ graph: Graph, to path: String) throws {
    try WireFile.write(try message(for: graph, file: path), to: path)
  }

  /// The file's bytes in memory.
  package static func encode(_ graph: Graph) throws -> [UInt8] {
    try message(for: graph, file: graph.name).serialized()
  }

  private static func message(for graph: Graph, file: String) throws -> WireMessage {
    var message = WireMessage()
    message.add(1, int: irVersion(for: graph.opsets[""] ?? 1))
    message.add(2, string: "offloadsim")
    for (domain, version) in graph.opsets.sorted(by: { $0.key < $1.key }) {
      var opset = WireMessage()
      opset.add(1, string: domain)
      opset.add(2, int: version)
      message.add(8, message: opset)
    }
    let start = message.byteCount + 1 + lengthWidth
    message.add(7, message: graphMessage(graph, startingAt: start), lengthWidth: lengthWidth)
    return message
  }

  /// The bytes of a length that is not known yet when what follows it is placed; enough for 2 GiB.
  private static let lengthWidth = 5

  /// `GraphProto`; for a sub-graph with the names of the values that it captures and with all that it sees around it.
  private static func graphMessage(
    _ graph: Graph, startingAt start: Int?, captured: [String] = [], around: Set<String> = []
  ) -> WireMessage {
    let names = valueNames(graph, captured: captured, around: around)
    func name(_ id: ValueID?) -> String { id.map { names[$0.index] } ?? "" }
    let taken = graph.hasSubgraphs ? around.union(names) : []
    let captures = Set(graph.inputs.suffix(captured.count))
    var message = WireMessage()
    for (id, tensor) in constants(of: graph) {
      let start = start.map { $0 + message.byteCount + 1 + lengthWidth }
      let proto = WireMessage(tensor: tensor, name: name(id), startingAt: start)
      message.add(5, message: proto, lengthWidth: lengthWidth)
    }
    for node in graph.nodes { message.add(1, message: nodeMessage(node, taken, name)) }
    var outputNames = graph.outputs.map(name)
    // What a sub-graph hands out must be its own, and each output another name.
    for (index, id) in graph.outputs.enumerated()
    where captures.contains(id) || outputNames[..<index].contains(outputNames[index]) {
      let copy = freeName(outputNames[index], Set(names).union(around).union(outputNames))
      message.add(1, message: identity(from: outputNames[index], to: copy))
      outputNames[index] = copy
    }
    message.add(2, string: graph.name.isEmpty ? "network" : graph.name)
    for id in graph.inputs.dropLast(captured.count) {
      message.add(11, message: WireMessage(valueNamed: name(id), type: graph[id].type, declared: graph[id].declared))
    }
    for (id, name) in zip(graph.outputs, outputNames) {
      message.add(12, message: WireMessage(valueNamed: name, type: graph[id].type, declared: graph[id].declared))
    }
    let declared = Set(graph.outputs)
    for node in graph.nodes {
      for case let id? in node.outputs where !declared.contains(id) && graph[id].type != nil {
        message.add(13, message: WireMessage(valueNamed: name(id), type: graph[id].type))
      }
    }
    return message
  }

  private static func nodeMessage(
    _ node: Graph.Node, _ taken: Set<String>, _ name: (ValueID?) -> String
  ) -> WireMessage {
    var message = WireMessage()
    var inputs = node.inputs.dropLast(node.captureCount)
    while let last = inputs.last, last == nil { inputs.removeLast() }
    let captured = node.inputs.suffix(node.captureCount).map(name)
    for input in inputs { message.add(1, string: name(input)) }
    for output in node.outputs { message.add(2, string: name(output)) }
    message.add(3, string: node.name)
    message.add(4, string: node.operatorName)
    for (key, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
      let attribute = WireMessage(attribute: value, name: key) { graph in
        graphMessage(graph, startingAt: nil, captured: captured, around: taken)
      }
      message.add(5, message: attribute)
    }
    if !node.domain.isEmpty { message.add(7, string: node.domain) }
    return message
  }

  private static func identity(from input: String, to output: String) -> WireMessage {
    var message = WireMessage()
    message.add(1, string: input)
    message.add(2, string: output)
    message.add(3, string: output)
    message.add(4, string: "Identity")
    return message
  }

  private static func freeName(_ stem: String, _ taken: Set<String>) -> String {
    var suffix = 1
    while taken.contains("\(stem)_\(suffix)") { suffix += 1 }
    return "\(stem)_\(suffix)"
  }

  /// The constants that a node or the network itself hands out, in the order of the values.
  private static func constants(of graph: Graph) -> [(ValueID, Tensor)] {
    var isWanted = [Bool](repeating: false, count: graph.values.count)
    for node in graph.nodes { for case let id? in node.inputs { isWanted[id.index] = true } }
    for id in graph.outputs { isWanted[id.index] = true }
    for id in graph.inputs { isWanted[id.index] = false }
    let producers = graph.producers()
    return graph.values.indices.compactMap { index in
      guard isWanted[index], producers[index] == nil else { return nil }
      return graph.values[index].type?.constant.map { (ValueID(index), $0) }
    }
  }

  /// A name for every value: its own, or with a number behind it where that is empty or taken.
  private static func valueNames(_ graph: Graph, captured: [String], around: Set<String>) -> [String] {
    var taken = around
    var names = [String](repeating: "", count: graph.values.count)
    for (id, name) in zip(graph.inputs.suffix(captured.count), captured) { names[id.index] = name }
    // The names that the caller knows come first.
    let first = graph.inputs + graph.outputs
    for index in first.map(\.index) + graph.values.indices where names[index].isEmpty {
      let stem = graph.values[index].name.isEmpty ? "value" : graph.values[index].name
      var candidate = graph.values[index].name
      var suffix = index
      while candidate.isEmpty || !taken.insert(candidate).inserted {
        candidate = "\(stem)_\(suffix)"
        suffix += 1
      }
      names[index] = candidate
    }
    return names
  }

  /// The first IR version for an opset, but 4 at least, from which on initialisers need not be inputs.
  ///
  /// Source: ONNX Versioning, table of released versions.
  static func irVersion(for opset: Int) -> Int {
    switch opset {
    case ...9: 4
    case 10: 5
    case 11: 6
    case 12...14: 7
    case 15...18: 8
    case 19...20: 9
    case 21...22: 10
    case 23: 11
    case 24: 12
    case 25...27: 13
    default: 14
    }
  }
}
