import Inference

/// Writes graphs as ONNX files that other programs read too: weights in `raw_data`, types declared where known.
///
/// Weights go from their storage to the file without being copied. Source: onnx.proto, onnx.checker.
public enum ONNXWriter {
  /// Writes `graph`; an existing file is replaced only once the new one is complete.
  ///
  /// Throws `ModelError` where the file cannot be written, takes more than 2 GiB, or the graph holds sub-graphs.
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
    message.add(7, message: try graphMessage(graph, file, startingAt: start), lengthWidth: lengthWidth)
    return message
  }

  /// The bytes of a length that is not known yet when what follows it is placed; enough for 2 GiB.
  private static let lengthWidth = 5

  private static func graphMessage(_ graph: Graph, _ file: String, startingAt start: Int) throws -> WireMessage {
    let names = valueNames(graph)
    func name(_ id: ValueID?) -> String { id.map { names[$0.index] } ?? "" }
    var message = WireMessage()
    for (id, tensor) in constants(of: graph) {
      let start = start + message.byteCount + 1 + lengthWidth
      let proto = WireMessage(tensor: tensor, name: name(id), startingAt: start)
      message.add(5, message: proto, lengthWidth: lengthWidth)
    }
    for node in graph.nodes { message.add(1, message: try nodeMessage(node, file, name)) }
    message.add(2, string: graph.name.isEmpty ? "network" : graph.name)
    for id in graph.inputs { message.add(11, message: WireMessage(valueNamed: name(id), type: graph[id].type)) }
    for id in graph.outputs { message.add(12, message: WireMessage(valueNamed: name(id), type: graph[id].type)) }
    let declared = Set(graph.outputs)
    for node in graph.nodes {
      for case let id? in node.outputs where !declared.contains(id) && graph[id].type != nil {
        message.add(13, message: WireMessage(valueNamed: name(id), type: graph[id].type))
      }
    }
    return message
  }

  private static func nodeMessage(
    _ node: Graph.Node, _ file: String, _ name: (ValueID?) -> String
  ) throws -> WireMessage {
    var message = WireMessage()
    for input in node.inputs { message.add(1, string: name(input)) }
    for output in node.outputs { message.add(2, string: name(output)) }
    message.add(3, string: node.name)
    message.add(4, string: node.operatorName)
    for (key, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
      guard let attribute = WireMessage(attribute: value, name: key) else {
        throw ModelError(file: file, "node \(node.name.quoted): sub-graphs cannot be written")
      }
      message.add(5, message: attribute)
    }
    if !node.domain.isEmpty { message.add(7, string: node.domain) }
    return message
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
  private static func valueNames(_ graph: Graph) -> [String] {
    var taken: Set<String> = []
    // The names that the caller knows come first.
    var names = [String](repeating: "", count: graph.values.count)
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
