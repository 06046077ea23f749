/// Which passes run over a network before it is planned and executed.
public struct PassSelection: Sendable, Hashable {
  /// The fusion of a product with what follows it, which the executor does and which can be left out like a pass.
  public static let fusion = "fusion"

  /// The names of the passes, in the order of the pipeline, fusion last.
  public let names: [String]

  /// All passes that run where nobody chose.
  public static let standard = PassSelection(
    PassPipeline.all.filter { type(of: $0).isStandard }.map { type(of: $0).name } + [fusion])
  public static let all = PassSelection(known)
  public static let none = PassSelection([])

  /// The names that may be chosen, in the order of the pipeline.
  public static let known = PassPipeline.all.map { type(of: $0).name } + [fusion]

  private init(_ names: [String]) { self.names = names }

  /// Reads a list such as `all`, `none`, `gelu,layer-norm` or `-gelu`, from left to right.
  ///
  /// `all`, `standard` and `none` choose so many, a name adds a pass, and a name after `-` takes it out. A list that
  /// begins with `-NAME` begins with the standard passes. Throws `UnknownPass` where a word is none of these.
  public init(_ text: String) throws(UnknownPass) {
    var chosen: Set<String> = []
    for (position, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
      let word = String(part.filter { $0 != " " })
      let removes = word.hasPrefix("-")
      if position == 0, removes { chosen = Set(Self.standard.names) }
      let name = removes || word.hasPrefix("+") ? String(word.dropFirst()) : word
      switch name {
      case "all" where !removes: chosen = Set(Self.known)
      case "standard" where !removes: chosen = Set(Self.standard.names)
      case "none" where !removes: chosen = []
      default:
        guard Self.known.contains(name) else { throw UnknownPass(name: name) }
        if removes { chosen.remove(name) } else { chosen.insert(name) }
      }
    }
    self.init(Self.known.filter(chosen.contains))
  }

  /// These passes without one.
  public func without(_ name: String) -> PassSelection { PassSelection(names.filter { $0 != name }) }

  public func contains(_ name: String) -> Bool { names.contains(name) }

  /// Whether executors and plans take a product and what follows it as one layer.
  public var fuses: Bool { contains(Self.fusion) }
}

/// A word that names no pass.
public struct UnknownPass: Error, Sendable, CustomStringConvertible {
  public let name: String

  public init(name: String) { self.name = name }

  public var description: String {
    let nearest = PassSelection.known.map { (editDistance($0, name), $0) }.min { $0.0 < $1.0 }
    let hint = nearest.flatMap { $0.0 <= 3 ? "; did you mean '\($0.1)'?" : nil } ?? ""
    return "there is no pass '\(name)'\(hint) (passes are \(PassSelection.known.joined(separator: ", ")); "
      + "all, standard and none choose so many)"
  }
}
