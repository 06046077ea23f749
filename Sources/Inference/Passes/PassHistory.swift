/// What became of the names that passes took out of a network.
///
/// A network's user knows the names in its file; after the passes a cut must still find what they stood for, or say
/// why it cannot be found.
public struct PassHistory: Sendable {
  /// Where a name went.
  public enum Fate: Sendable, Hashable {
    /// The tensor is there, made by the node of this name.
    case sameTensor(madeBy: String)
    /// The tensor is not made any more: the node of this name computes past it.
    case inside(String)
    /// The tensor is a constant or an input of the network, or nobody needs it.
    case notComputed
  }

  struct Entry: Sendable {
    let name: String
    let pass: String
    let fate: Fate
  }

  private(set) var entries: [Entry] = []
  private var indexOfName: [String: Int] = [:]

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }

  /// Notes a name once; of names that are noted again the first stays.
  mutating func note(_ name: String, by pass: String, _ fate: Fate) {
    guard !name.isEmpty, indexOfName[name] == nil else { return }
    indexOfName[name] = entries.count
    entries.append(Entry(name: name, pass: pass, fate: fate))
  }

  func entry(named name: String) -> Entry? { indexOfName[name].map { entries[$0] } }

  /// The node that now makes what a name, or all of a module's nodes, stood for.
  ///
  /// `isPresent` tells whether a node of that name is in the network. `nil` where no pass took the name out. Throws
  /// `AbsorbedName` where no node makes that tensor any more.
  public func node(for name: String, isPresent: (String) -> Bool) throws(AbsorbedName) -> String? {
    guard var entry = entry(named: name) ?? lastEntry(inModule: name) else { return nil }
    // The pass without which the tensor would still be made.
    var culprit = entry.pass
    var isSame = true
    // Each step leads to a node that was made later, so that there are at most as many steps as entries.
    for _ in 0...entries.count {
      let next: String
      switch entry.fate {
      case .notComputed: throw AbsorbedName(name: name, pass: isSame ? entry.pass : culprit, instead: nil)
      case .sameTensor(let node): next = node
      case .inside(let node):
        if isSame { culprit = entry.pass }
        (next, isSame) = (node, false)
      }
      if isPresent(next) {
        if isSame { return next }
        throw AbsorbedName(name: name, pass: culprit, instead: next)
      }
      guard let following = self.entry(named: next) else { break }
      entry = following
    }
    throw AbsorbedName(name: name, pass: culprit, instead: nil)
  }

  private func lastEntry(inModule name: String) -> Entry? {
    guard !name.isEmpty else { return nil }
    return entries.last { $0.name.hasPrefix(name + ".") || $0.name.hasPrefix(name + "/") }
  }
}

/// A name of the original network that stands for a tensor which is not computed any more.
public struct AbsorbedName: Error, Sendable, CustomStringConvertible {
  public let name: String
  /// The pass that absorbed it.
  public let pass: String
  /// What computes past it and can be named instead.
  public let instead: String?

  public var description: String {
    let reason =
      instead.map { "is computed inside '\($0)': name '\($0)' instead" } ?? "is not computed when the network runs"
    return "'\(name)' was taken in by the pass '\(pass)' and \(reason), or leave that pass out (--passes -\(pass))"
  }
}
