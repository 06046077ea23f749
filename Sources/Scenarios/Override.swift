import StrictJSON

extension Scenario {
  /// A change of a scenario's file before it is read: `--set PATH=VALUE` and its short forms.
  public struct Override: Sendable {
    let path: [String]
    let node: JSONNode

    /// A PATH of keys, indices and names joined by dots, `=`, and a value in JSON, or else a string as it stands.
    ///
    /// Throws `InputError` where the text has another form.
    public init(_ text: String) throws(InputError) {
      let place = SourcePosition(file: "--set \(text.printable)", line: 0)
      guard let equals = text.firstIndex(of: "=") else { throw InputError("expected PATH=VALUE", at: place) }
      let path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      if path.contains("") {
        throw InputError("a key is missing in '\(text[..<equals].description.printable)'", at: place)
      }
      let value = String(text[text.index(after: equals)...])
      do throws(InputError) {
        self.init(path, try JSONParser.parse(value, file: ""), at: place)
      } catch {
        if let first = value.first, "{[\"".contains(first), let mistake = error.diagnostics.first {
          throw InputError("not valid JSON: \(mistake.message)", at: place)
        }
        self.init(path, JSONNode(.string(value), at: place), at: place)
      }
    }

    public static func seed(_ seed: Int) -> Override { number("seed", JSONNumber(seed)) }
    public static func replications(_ count: Int) -> Override { number("replications", JSONNumber(count)) }
    /// Replicates until the mean latency is known to a relative error.
    public static func precision(_ relative: Double) -> Override { number("precision", JSONNumber(relative)) }
    public static func record(_ level: String) -> Override { option("record", .string(level)) }

    /// Throws `InputError` where the duration is not finite.
    public static func duration(seconds: Double) throws(InputError) -> Override {
      let place = SourcePosition(file: "--duration", line: 0)
      guard seconds.isFinite else { throw InputError("must be a finite number of seconds", at: place) }
      return Override(["duration_s"], JSONNode(.number(JSONNumber(seconds)), at: place), at: place)
    }

    /// Compares these policies in place of the scenario's own.
    public static func policies(_ specs: [String]) -> Override {
      let place = SourcePosition(file: "--policy", line: 0)
      let nodes = specs.map {
        JSONNode(.string($0), at: SourcePosition(file: "--policy \($0.printable)", line: 0))
      }
      return Override(policies: JSONNode(.array(nodes), at: place))
    }

    package func apply(to root: inout JSONNode) throws(InputError) { try root.set(path, to: node) }

    private static func number(_ key: String, _ number: JSONNumber) -> Override { option(key, .number(number)) }

    private static func option(_ key: String, _ value: JSONNode.Value) -> Override {
      let place = SourcePosition(file: "--\(key)", line: 0)
      return Override([key], JSONNode(value, at: place), at: place)
    }

    private init(_ path: [String], _ node: JSONNode, at place: SourcePosition) {
      self.path = path
      self.node = node.placed(at: place)
    }

    private init(policies node: JSONNode) {
      path = ["policies"]
      self.node = node
    }
  }
}
