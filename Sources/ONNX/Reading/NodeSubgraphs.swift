import Inference

/// The sub-graphs of a node as the file holds them, and what they read from the graphs around them.
struct NodeSubgraphs {
  /// By attribute, in the order of the file.
  let graphs: [(attribute: String, message: GraphMessage)]
  /// The names that some of the sub-graphs read without defining them, in the order of their first use.
  let captures: [String]

  /// How deep sub-graphs may lie in each other: more than networks do, and little enough for types to be inferred soon.
  static let maximumDepth = 8

  /// The sub-graphs of all nodes that have some, by the nodes' indices.
  static func all(of nodes: [NodeMessage], depth: Int = 1) throws -> [Int: NodeSubgraphs] {
    var result: [Int: NodeSubgraphs] = [:]
    for (index, node) in nodes.enumerated() {
      let graphs = try graphs(of: node)
      guard !graphs.isEmpty else { continue }
      if depth > maximumDepth, let attribute = node.attributes.first {
        throw ModelError(
          file: attribute.source.name,
          "node \(node.name.quoted): sub-graphs more than \(maximumDepth) deep in each other")
      }
      var captures: [String] = []
      var seen: Set<String> = []
      for (_, graph) in graphs {
        for name in try freeNames(of: graph, depth: depth) where seen.insert(name).inserted { captures.append(name) }
      }
      result[index] = NodeSubgraphs(graphs: graphs, captures: captures)
    }
    return result
  }

  /// The sub-graphs of one node.
  static func graphs(of node: NodeMessage) throws -> [(attribute: String, message: GraphMessage)] {
    var graphs: [(attribute: String, message: GraphMessage)] = []
    for body in node.attributes {
      var reader = WireReader(body)
      var hasGraph = false
      while let field = try reader.next() { hasGraph = hasGraph || field.number == 6 }
      guard hasGraph else { continue }
      let attribute = try AttributeMessage(body)
      if let graph = attribute.graph { graphs.append((attribute.name, graph)) }
    }
    return graphs
  }

  /// What a sub-graph, or a sub-graph of it, reads and does not define.
  private static func freeNames(of graph: GraphMessage, depth: Int) throws -> [String] {
    var defined = Set(graph.inputs.map(\.name)).union(graph.initializers.map(\.name))
    for node in graph.nodes { defined.formUnion(node.outputs) }
    let inner = try all(of: graph.nodes, depth: depth + 1)
    var names: [String] = []
    var seen: Set<String> = []
    func read(_ name: String) {
      if !name.isEmpty, !defined.contains(name), seen.insert(name).inserted { names.append(name) }
    }
    for (index, node) in graph.nodes.enumerated() {
      node.inputs.forEach(read)
      inner[index]?.captures.forEach(read)
    }
    for output in graph.outputs { read(output.name) }
    return names
  }
}

/// The names that a sub-graph sees around it: inputs, initialisers, and what nodes before it in the file make.
final class NameScope {
  /// Where the sub-graph is, as the beginning of a message.
  let place: String
  /// After how many nodes of the file each name is there.
  private let positions: [String: Int]
  private let index: Int
  private let around: NameScope?

  init(_ positions: [String: Int], upTo index: Int, place: String, around: NameScope?) {
    (self.positions, self.index, self.place, self.around) = (positions, index, place, around)
  }

  func sees(_ name: String) -> Bool { positions[name].map { $0 <= index } ?? false || around?.sees(name) ?? false }

  /// After how many nodes of a graph each of its names is there: 0 for inputs and initialisers.
  static func positions(in message: GraphMessage) -> [String: Int] {
    var positions: [String: Int] = [:]
    for input in message.inputs { positions[input.name] = 0 }
    for tensor in message.initializers { positions[tensor.name] = 0 }
    for (index, node) in message.nodes.enumerated() {
      for output in node.outputs where positions[output] == nil { positions[output] = index + 1 }
    }
    return positions
  }
}
