/// A name that stands for nothing in the network.
public struct UnknownName: Error, Sendable, CustomStringConvertible {
  public let name: String
  /// What it may have meant, best first; at most three.
  public let candidates: [String]
  /// The node whose sub-graph holds something of that name.
  public let container: String?

  public init(name: String, candidates: [String], container: String? = nil) {
    self.name = name
    self.candidates = candidates
    self.container = container
  }

  public var description: String {
    if let container {
      return "'\(name)' is inside a sub-graph of '\(container)', which is one layer; cut before or after that"
    }
    let hint = candidates.isEmpty ? "" : "; did you mean \(candidates.map { "'\($0)'" }.joined(separator: " or "))?"
    return "the network has no layer '\(name)'\(hint)"
  }
}

extension Graph {
  /// The index of the node that a name stands for.
  ///
  /// That is, in this order: the node of that name, the node that makes the value of that name, the last node of the
  /// module of that name (`features.18` stands for the last node whose name begins with `features.18.`). Throws
  /// `UnknownName` with what may have been meant.
  public func node(named name: String) throws -> Int {
    let names = nodes.map { node in (name: node.name, outputs: node.outputs.compactMap { $0.map { self[$0].name } }) }
    do {
      return try LayerNames(names).node(named: name)
    } catch let error as UnknownName {
      let container = nodes.first { node in node.subgraphs.contains { (try? $0.graph.node(named: name)) != nil } }
      throw UnknownName(name: name, candidates: error.candidates, container: container?.name)
    }
  }
}

/// Levenshtein's distance in bytes.
func editDistance(_ left: String, _ right: String) -> Int {
  let (a, b) = (Array(left.utf8), Array(right.utf8))
  var previous = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var current = [i + 1]
    for (j, y) in b.enumerated() {
      current.append(min(previous[j] + (x == y ? 0 : 1), previous[j + 1] + 1, current[j] + 1))
    }
    previous = current
  }
  return previous[b.count]
}
