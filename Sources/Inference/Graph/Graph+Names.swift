/// A name that stands for nothing in the network.
public struct UnknownName: Error, Sendable, CustomStringConvertible {
  public let name: String
  /// What it may have meant, best first; at most three.
  public let candidates: [String]

  public var description: String {
    let hint = candidates.isEmpty ? "" : "; did you mean \(candidates.map { "'\($0)'" }.joined(separator: " or "))?"
    return "the network has no layer '\(name)'\(hint)"
  }
}

extension Graph {
  /// The index of the node that a name stands for.
  ///
  /// That is, in this order: the node of that name, the node that makes the value of that name, the last node of the
  /// module of that name (`features.18` stands for the last node whose name begins with `features.18.`). Throws
  /// `UnknownName` with what may have been meant, and `AbsorbedName` where a pass took in the node of that name and its
  /// tensor is not made any more.
  public func node(named name: String) throws -> Int {
    if let index = nodes.firstIndex(where: { $0.name == name }) { return index }
    let made = nodes.firstIndex { node in
      node.outputs.contains { $0.map { self[$0].name == name } ?? false }
    }
    if let made { return made }
    if let index = try absorbed(name, orInside: false) { return index }
    if !name.isEmpty, let last = nodes.lastIndex(where: { isInside($0.name, module: name) }) { return last }
    if let index = try absorbed(name, orInside: true) { return index }
    throw UnknownName(name: name, candidates: similarNames(to: name))
  }

  /// The node that makes what a node that passes took out made; with `orInside` also that of a module's last node.
  private func absorbed(_ name: String, orInside: Bool) throws -> Int? {
    guard !history.isEmpty, orInside || history.entry(named: name) != nil else { return nil }
    let indices = Dictionary(nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    return try history.node(for: name) { indices[$0] != nil }.flatMap { indices[$0] }
  }

  private func isInside(_ name: String, module: String) -> Bool {
    name.hasPrefix(module + ".") || name.hasPrefix(module + "/")
  }

  private func similarNames(to name: String) -> [String] {
    var seen: Set<String> = []
    var ranked: [(distance: Int, name: String)] = []
    func consider(_ candidate: String) {
      guard !candidate.isEmpty, seen.insert(candidate).inserted else { return }
      let distance = editDistance(candidate, name)
      if distance <= max(2, name.utf8.count / 3) { ranked.append((distance, candidate)) }
    }
    for node in nodes {
      consider(node.name)
      let parts = node.name.split(separator: ".", omittingEmptySubsequences: false)
      for length in 1..<max(1, parts.count) { consider(parts[..<length].joined(separator: ".")) }
    }
    for node in nodes { for case let output? in node.outputs { consider(self[output].name) } }
    // Among equals the first in the network stays first.
    let order = ranked.indices.sorted { (ranked[$0].distance, $0) < (ranked[$1].distance, $1) }
    return order.prefix(3).map { ranked[$0].name }
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
