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
  /// `UnknownName` with what may have been meant, and `AbsorbedName` where a pass took in the node of that name and its
  /// tensor is not made any more.
  public func node(named name: String) throws -> Int {
    let names = LayerNames(
      nodes.map { node in (name: node.name, outputs: node.outputs.compactMap { $0.map { self[$0].name } }) })
    if let index = names.exactNode(named: name) { return index }
    if let index = try absorbed(name, orInside: false) { return index }
    if let index = names.lastNode(ofModule: name) { return index }
    if let index = try absorbed(name, orInside: true) { return index }
    let container = nodes.first { node in node.subgraphs.contains { (try? $0.graph.node(named: name)) != nil } }
    throw UnknownName(name: name, candidates: names.similar(to: name), container: container?.name)
  }

  /// The pass that took in the node of that name, where its tensor is not made any more; else `nil`.
  public func absorbingPass(of name: String) -> String? {
    do { _ = try node(named: name) } catch let error as AbsorbedName { return error.pass } catch {}
    return nil
  }

  /// The node that makes what a node that passes took out made; with `orInside` also that of a module's last node.
  private func absorbed(_ name: String, orInside: Bool) throws -> Int? {
    guard !history.isEmpty, orInside || history.entry(named: name) != nil else { return nil }
    let indices = Dictionary(nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    return try history.node(for: name) { indices[$0] != nil }.flatMap { indices[$0] }
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
