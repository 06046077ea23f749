/// What the names of nodes, values and modules of a network stand for.
package struct LayerNames {
  private let nodes: [(name: String, outputs: [String])]

  /// The name of each node, in order, and the names of what it makes.
  package init(_ nodes: [(name: String, outputs: [String])]) { self.nodes = nodes }

  /// The index of the node that a name stands for; see `Graph.node(named:)`.
  package func node(named name: String) throws -> Int {
    if let index = exactNode(named: name) ?? lastNode(ofModule: name) { return index }
    throw UnknownName(name: name, candidates: similar(to: name))
  }

  /// The node of that name, or the one that makes the value of that name.
  func exactNode(named name: String) -> Int? {
    if let index = nodes.firstIndex(where: { $0.name == name }) { return index }
    return name.isEmpty ? nil : nodes.firstIndex { $0.outputs.contains(name) }
  }

  func lastNode(ofModule name: String) -> Int? {
    name.isEmpty ? nil : nodes.lastIndex { isInside($0.name, module: name) }
  }

  private func isInside(_ name: String, module: String) -> Bool {
    name.hasPrefix(module + ".") || name.hasPrefix(module + "/")
  }

  func similar(to name: String) -> [String] {
    // Longer names than anybody types would take the square of their length.
    guard name.utf8.count <= Self.longestName else { return [] }
    var seen: Set<String> = []
    var ranked: [(distance: Int, name: String)] = []
    let limit = max(2, name.utf8.count / 3)
    func consider(_ candidate: String) {
      guard !candidate.isEmpty, abs(candidate.utf8.count - name.utf8.count) <= limit, seen.insert(candidate).inserted
      else { return }
      let distance = editDistance(candidate, name)
      if distance <= limit { ranked.append((distance, candidate)) }
    }
    for node in nodes {
      consider(node.name)
      guard node.name.utf8.count <= 4 * Self.longestName else { continue }
      let parts = node.name.split(separator: ".", omittingEmptySubsequences: false)
      for length in 1..<max(1, parts.count) { consider(parts[..<length].joined(separator: ".")) }
    }
    for node in nodes { for output in node.outputs { consider(output) } }
    // Among equals the first in the network stays first.
    let order = ranked.indices.sorted { (ranked[$0].distance, $0) < (ranked[$1].distance, $1) }
    return order.prefix(3).map { ranked[$0].name }
  }

  private static let longestName = 200
}
