/// Reads the fields of an object, and thereby declares them.
///
/// An initialiser that takes a reader names each field once, with its type, default, bounds and help. The same
/// initialiser then decodes a JSON object or a SPEC such as `batch,max_batch=4`, knows which fields there are when one is
/// misspelt, and yields JSON Schema over an empty reader. Reading never throws: mistakes go to `diagnostics`, and
/// the default or a placeholder comes back, so that all mistakes of a file are found in one pass. A field without a default is
/// required; the `...IfPresent` methods give `nil` where it is missing.
/// ```swift
/// struct Link {
///   let name: String
///   let rtt: Double
///   let sharing: Sharing  // enum Sharing: String, CaseIterable
///   let radio: Radio
///
///   init(from fields: inout FieldReader) {
///     name = fields.name("name", "the link's name in results")
///     rtt = fields.double("rtt_ms", default: 0, in: .nonNegative, "round-trip time") / 1000
///     sharing = fields.choice("sharing", default: .fair, "how transfers share the rate")
///     radio = fields.value("radio", default: "none", "the device's radio",
///       oneOf: [.word("none") { Radio.none }, .object { Radio(from: &$0) }])
///     if rtt > 10 { fields.error("more than ten seconds", at: "rtt_ms") }
///   }
/// }
/// let node = try JSONParser.parse(contentsOf: "link.json")
/// let link = try FieldReader.read(node) { Link(from: &$0) }
/// let schema = FieldReader.schema { Link(from: &$0) }
/// ```
/// What is named by a kind is a `Kind` in an array, the registry: `fields.value("scheduler", default: "fifo", "...", oneOf:
/// [.kinds("scheduler", schedulers)])` reads `"fifo"`, `"batch,max_batch=4"` and `{"kind": "batch", "max_batch": 4}` alike,
/// and `FieldReader.read(spec: "batch,max_batch=4", "scheduler", schedulers)` reads one from the command line.
public struct FieldReader {
  enum Mode {
    case object
    /// The members come from a SPEC: all are strings, typed on demand.
    case spec
    /// There is nothing to read: the fields describe themselves.
    case description
  }

  public let diagnostics: Diagnostics
  /// Of the object; `nil` for a SPEC on the command line.
  public let position: SourcePosition?
  /// The kind that was chosen, where the object is one of several kinds.
  public internal(set) var kind: String?
  let mode: Mode
  private let members: [JSONMember]
  private var known: [String] = []
  /// Values for fields of nested objects that do not write them.
  var inherited: [JSONMember] = []
  private(set) var resolvedMembers: [JSONValue.Member] = []
  private(set) var properties: [JSONValue.Member] = []
  private(set) var required: [JSONValue] = []

  init(_ members: [JSONMember], mode: Mode, at position: SourcePosition?, reportingTo diagnostics: Diagnostics) {
    self.members = members
    self.mode = mode
    self.position = position
    self.diagnostics = diagnostics
  }

  /// A reader over nothing, whose mistakes nobody hears of: for descriptions and for placeholders.
  static var empty: FieldReader { FieldReader([], mode: .description, at: nil, reportingTo: Diagnostics()) }

  /// Reads a value whose root is an object; throws every mistake in it.
  public static func read<T>(_ node: JSONNode, _ read: (inout FieldReader) -> T) throws(InputError) -> T {
    try resolve(node, read).value
  }

  /// Reads a value whose root is an object, and gives the object with every default filled in besides.
  public static func resolve<T>(
    _ node: JSONNode, _ read: (inout FieldReader) -> T
  ) throws(InputError) -> (value: T, resolved: JSONValue) {
    let diagnostics = Diagnostics()
    let result = resolve(node, reportingTo: diagnostics, read)
    try diagnostics.throwIfAny()
    return result
  }

  /// Reads a value whose root is an object, and leaves its mistakes to the caller, who may add more.
  public static func resolve<T>(
    _ node: JSONNode, reportingTo diagnostics: Diagnostics, _ read: (inout FieldReader) -> T
  ) -> (value: T, resolved: JSONValue) {
    FieldReader([], mode: .object, at: node.position, reportingTo: diagnostics).readObject(node, "the file", read)
  }

  /// JSON Schema (2020-12) of what an initialiser reads, without the `$schema` line.
  public static func schema<T>(_ read: (inout FieldReader) -> T) -> JSONValue {
    var reader = FieldReader.empty
    _ = read(&reader)
    return reader.objectSchema
  }

  /// The object with every default filled in, in the order of reading.
  public var resolved: JSONValue { .object(resolvedMembers) }

  /// The place of a field's value, or of the object where it has no such field.
  public func position(of key: String) -> SourcePosition? { hidden(member(key)?.node.position) ?? position }

  public func isPresent(_ key: String) -> Bool { member(key) != nil }

  /// The keys as written, in order.
  public var keys: [String] { members.map(\.key) }

  /// Reports a mistake in a field, or in the object where `key` is `nil`.
  public func error(_ message: String, at key: String? = nil, suggestion: String? = nil) {
    diagnostics.report(message, at: key.map { position(of: $0) } ?? position, suggestion: suggestion)
  }

  /// Declares a field that is read over, such as `$schema`.
  public mutating func ignore(_ key: String, _ help: String) {
    _ = take(key, required: false, help, schema: [])
  }

  /// Reports a field that is planned but has no effect yet, so that nobody trusts it; `neutral` is the value that asks
  /// for nothing.
  public mutating func notYet(_ key: String, neutral: JSONValue? = nil) {
    known.append(key)
    guard mode != .description, let found = member(key), found.node.json != neutral else { return }
    diagnostics.report("'\(key)' is not supported yet", at: hidden(found.keyPosition))
  }

  /// Lets objects that are read from here on, at any depth, take a field's value from here where they do not write it.
  public mutating func inherit(_ key: String, _ value: JSONValue) {
    inherited.append(JSONMember(key, at: SourcePosition(file: ""), value.node))
  }

  /// Fills in the default of a field that depends on other fields.
  public mutating func fill(_ key: String, _ value: JSONValue) { resolve(key, value) }

  /// The object as a SPEC, as it was written: `fixed,cut=features.18`; the keys given are left out.
  public func spec(without hidden: [String] = []) -> String {
    let fields = members.filter { $0.key != "kind" && !hidden.contains($0.key) }.map { member in
      if case .string(let text) = member.node.value {
        "\(member.key)=\(text)"
      } else {
        "\(member.key)=\(member.node.json.compact)"
      }
    }
    return ((kind.map { [$0] } ?? []) + fields).joined(separator: ",")
  }

  /// Reports the fields that nobody asked for; nested readers are finished by the reader that made them.
  func finish() {
    for member in members where !known.contains(member.key) {
      diagnostics.report(
        "unknown field '\(member.key.printable)'", at: hidden(member.keyPosition),
        suggestion: known.nearest(to: member.key, within: max(2, member.key.count / 3)))
    }
  }

  var objectSchema: JSONValue {
    var schema: [JSONValue.Member] = [.init("type", "object"), .init("properties", .object(properties))]
    if !required.isEmpty { schema.append(.init("required", .array(required))) }
    return .object(schema + [.init("additionalProperties", false)])
  }

  /// Declares a field and finds it; reports a required one that is missing.
  mutating func take(
    _ key: String, required isRequired: Bool, default value: JSONValue? = nil, _ help: String,
    schema: @autoclosure () -> [JSONValue.Member]
  ) -> JSONNode? {
    known.append(key)
    guard mode != .description else {
      let described = schema() + [.init("description", .string(help))]
      properties.append(.init(key, .object(described + (value.map { [.init("default", $0)] } ?? []))))
      if isRequired { required.append(.string(key)) }
      return nil
    }
    let found = member(key) ?? inherited.first { $0.key == key }
    if found == nil, isRequired { error("missing field '\(key)': \(help)") }
    return found?.node
  }

  /// In a description, a kind's object must say which kind it is.
  mutating func requireKind() { required.append("kind") }

  mutating func resolve(_ key: String, _ value: JSONValue) { resolvedMembers.append(.init(key, value)) }

  func report(_ message: String, at node: JSONNode, suggestion: String? = nil) {
    diagnostics.report(message, at: hidden(node.position), suggestion: suggestion)
  }

  func member(_ key: String) -> JSONMember? { members.first { $0.key == key } }

  /// A SPEC on the command line has no lines, and a default no file.
  func hidden(_ place: SourcePosition?) -> SourcePosition? {
    position == nil || place?.file.isEmpty ?? true ? nil : place
  }
}
