import Inference

/// Which nodes of a document stand on which side of a cut, and what goes across.
struct CutSides {
  struct Side {
    let isHead: Bool
    /// Indices, those of constants among them.
    var nodes: Set<Int> = []
    /// The network's outputs that come from this side.
    var outputs: Set<String> = []
  }

  private(set) var head = Side(isHead: true)
  private(set) var tail = Side(isHead: false)
  /// What the head makes and the tail reads, in the order of the file.
  private(set) var crossing: [String] = []
  private let constants: Set<String>
  private let read: Set<String>

  /// Throws `UnknownName`, and `ModelError` where a name is that of an input or constant, or nodes form a cycle.
  init(_ document: ModelDocument, after cuts: [String]) throws {
    let nodes = document.nodes
    constants = Set(document.initializers.map(\.name))
    read = Set(nodes.flatMap(\.reads)).union(document.outputs.map(\.name))
    var makers: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where makers.updateValue(index, forKey: output) != nil {
        throw ModelError(file: document.file, "two nodes make \(output.quoted): names must be unique")
      }
    }
    let sources = nodes.map { $0.reads.compactMap { makers[$0] } }
    let order: [Int]
    switch NodeOrder.sorted(sources) {
    case .success(let sorted): order = sorted
    case .failure(let cycle):
      let shown = cycle.nodes.prefix(8).map { nodes[$0].name.quoted }.joined(separator: " -> ")
      throw ModelError(file: document.file, "the nodes \(shown) form a cycle")
    }
    // Inputs whose defaults are initialisers count as constants, as everywhere.
    let isConstant = Self.constantNodes(nodes, order, sources, constants: constants)

    let names = LayerNames(nodes.map { ($0.name, $0.outputs) })
    let cutNodes = try cuts.map { cut in
      if let given = document.inputs.first(where: { $0.name == cut }), !makers.keys.contains(cut) {
        throw ModelError(
          file: document.file, "\(given.name.quoted) is an input of the network: there is nothing before it to cut off")
      }
      do { return try names.node(named: cut) } catch let error as UnknownName {
        let container = nodes.first { node in
          (try? NodeSubgraphs.graphs(of: NodeMessage(node.body)))?.contains { _, graph in
            graph.nodes.contains { $0.name == cut || $0.outputs.contains(cut) }
          } ?? false
        }
        throw UnknownName(name: cut, candidates: error.candidates, container: container?.name)
      }
    }
    for index in cutNodes where isConstant[index] {
      throw ModelError(
        file: document.file,
        "nothing crosses a cut after \(nodes[index].name.quoted): it is computed from constants alone")
    }
    func ancestors(of starts: [Int]) -> Set<Int> {
      var found = Set(starts)
      var open = starts
      while let node = open.popLast() {
        for source in sources[node] where found.insert(source).inserted { open.append(source) }
      }
      return found
    }
    let needed = ancestors(of: document.outputs.compactMap { makers[$0.name] })
    head.nodes = ancestors(of: cutNodes)
    let rest = needed.subtracting(head.nodes).filter { !isConstant[$0] }
    tail.nodes = ancestors(of: Array(rest)).filter { !head.nodes.contains($0) || isConstant[$0] }
    // A constant that several nodes of the other side read comes along with all that it is made from.
    for output in document.outputs {
      guard let maker = makers[output.name] else {
        tail.outputs.insert(output.name)
        continue
      }
      if head.nodes.contains(maker) {
        head.outputs.insert(output.name)
      } else {
        tail.outputs.insert(output.name)
        if isConstant[maker] { tail.nodes.formUnion(ancestors(of: [maker])) }
      }
    }
    let readByTail = Set(rest.flatMap { nodes[$0].reads })
    let crossingNodes = nodes.indices.filter { head.nodes.contains($0) && !isConstant[$0] }
    crossing = crossingNodes.flatMap { nodes[$0].outputs }.filter { readByTail.contains($0) }
  }

  /// Whether a network input is read by nothing at all; the head keeps those.
  func isUnread(_ input: ModelDocument.Declared) -> Bool { !read.contains(input.name) && !isConstant(input.name) }

  /// Whether the file gives the value.
  func isConstant(_ name: String) -> Bool { constants.contains(name) }

  /// The nodes that compute the same wherever they stand, from constants alone.
  private static func constantNodes(
    _ nodes: [ModelDocument.Node], _ order: [Int], _ sources: [[Int]], constants: Set<String>
  ) -> [Bool] {
    var isConstant = [Bool](repeating: false, count: nodes.count)
    var known = constants
    for index in order where nodes[index].isPure && nodes[index].reads.allSatisfy({ known.contains($0) }) {
      isConstant[index] = true
      known.formUnion(nodes[index].outputs)
    }
    return isConstant
  }
}
