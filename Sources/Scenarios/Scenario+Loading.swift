import StrictJSON

extension Scenario {
  /// Reads a scenario file with overrides, and the profiles, cost tables and traces that it names.
  ///
  /// `zoo` are the names of the built-in networks. Throws `InputError` with every mistake in the file or, where it has none,
  /// in the files that it names.
  public static func load(
    _ path: String, overrides: [Override] = [], zoo: [String]
  ) throws(InputError) -> Scenario {
    var root = try JSONParser.parse(contentsOf: path)
    for override in overrides { try override.apply(to: &root) }
    var scenario = try Scenario(root)
    let slash = path.lastIndex(of: "/")
    scenario.folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
    for index in scenario.policies.indices {
      scenario.policies[index].policy = scenario.policies[index].policy.resolvingPaths(in: scenario.folder)
    }
    try scenario.readFiles(zoo: zoo)
    return scenario
  }

  /// Decodes and checks a parsed scenario without reading the files that it names.
  public init(_ root: JSONNode) throws(InputError) {
    let diagnostics = Diagnostics()
    let result = FieldReader.resolve(root, reportingTo: diagnostics) { Scenario(from: &$0) }
    result.value.check(diagnostics)
    try diagnostics.throwIfAny()
    self = result.value
    resolved = result.resolved
  }

  /// JSON Schema (2020-12) of scenario files, from the same initialisers that read them.
  public static var schema: JSONValue {
    guard case .object(let members) = FieldReader.schema({ Scenario(from: &$0) }) else { return .null }
    return .object(
      [
        .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
        .init("title", "offloadsim scenario"),
      ] + members)
  }

  /// The scenario with every default filled in, on one line: the same text for the same meaning, however it was written.
  public var resolvedJSON: String { resolved.compact }

  /// The path of a file that the scenario names.
  public func path(of file: Reference) -> String {
    folder.isEmpty || file.name.hasPrefix("/") ? file.name : folder + (folder.hasSuffix("/") ? "" : "/") + file.name
  }
}
