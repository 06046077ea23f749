extension FieldReader {
  /// An object that must be there.
  public mutating func object<T>(_ key: String, _ help: String, _ read: (inout FieldReader) -> T) -> T {
    guard let node = take(key, required: true, help, schema: Self.members(Self.schema(read))) else {
      return Self.placeholder(read)
    }
    return resolving(key, readObject(node, "'\(key)'", read))
  }

  public mutating func objectIfPresent<T>(_ key: String, _ help: String, _ read: (inout FieldReader) -> T) -> T? {
    guard let node = take(key, required: false, help, schema: Self.members(Self.schema(read))) else { return nil }
    return resolving(key, readObject(node, "'\(key)'", read))
  }

  /// An object whose fields all have a default: a missing one reads as if it were empty.
  public mutating func section<T>(_ key: String, _ help: String, _ read: (inout FieldReader) -> T) -> T {
    let node = take(key, required: false, default: .object([]), help, schema: Self.members(Self.schema(read)))
    guard mode != .description else { return Self.placeholder(read) }
    let nowhere = position ?? SourcePosition(file: "")
    return resolving(key, readObject(node ?? JSONNode(.object([]), at: nowhere), "'\(key)'", read))
  }

  /// An array of objects; a required one must not be empty.
  public mutating func array<T>(
    _ key: String, required isRequired: Bool = true, _ help: String, _ read: (inout FieldReader) -> T
  ) -> [T] {
    elements(key, required: isRequired, help, schema: Self.schema(read)) { reader, node, called in
      reader.readObject(node, called, read)
    }
  }

  /// A value that may be written in one of several ways; the default is one of them.
  public mutating func value<T>(
    _ key: String, default value: JSONValue? = nil, _ help: String, oneOf alternatives: [Alternative<T>]
  ) -> T {
    let node = take(key, required: value == nil, default: value, help, schema: Self.schema(alternatives))
    if let found = node.flatMap({ read($0, "'\(key)'", oneOf: alternatives) }) { return resolving(key, found) }
    guard let value, let found = read(value.node, "'\(key)'", oneOf: alternatives) else {
      precondition(value == nil, "the default of '\(key)' is none of its alternatives")
      return alternatives[0].placeholder()
    }
    return resolving(key, found)
  }

  public mutating func valueIfPresent<T>(
    _ key: String, _ help: String, oneOf alternatives: [Alternative<T>]
  ) -> T? {
    let node = take(key, required: false, help, schema: Self.schema(alternatives))
    return node.flatMap { read($0, "'\(key)'", oneOf: alternatives) }.map { resolving(key, $0) }
  }

  /// An array of values that may each be written in one of several ways; a required one must not be empty.
  public mutating func array<T>(
    _ key: String, required isRequired: Bool = true, _ help: String, oneOf alternatives: [Alternative<T>]
  ) -> [T] {
    elements(key, required: isRequired, help, schema: .object(Self.schema(alternatives))) { reader, node, called in
      reader.read(node, called, oneOf: alternatives)
    }
  }

  /// A map from names to objects, in the order of the file; a missing one is empty.
  public mutating func objectsByName<T>(
    _ key: String, required isRequired: Bool = false, _ help: String, _ read: (inout FieldReader) -> T
  ) -> [NamedValue<T>] {
    let node = take(
      key, required: isRequired, help,
      schema: [.init("type", "object"), .init("additionalProperties", Self.schema(read))])
    guard let node else { return [] }
    guard case .object(let members) = node.value else {
      report("'\(key)' must be an object, not \(node.summary)", at: node)
      return []
    }
    let results = members.map { ($0, readObject($0.node, "'\(key).\($0.key.printable)'", read)) }
    resolve(key, .object(results.map { .init($0.0.key, $0.1.resolved) }))
    return results.map { NamedValue(name: $0.key, value: $1.value, position: $0.node.position) }
  }

  // MARK: How

  /// Reads and finishes one object.
  func readObject<T>(
    _ node: JSONNode, _ called: String, _ read: (inout FieldReader) -> T
  ) -> (value: T, resolved: JSONValue) {
    let node = unpacked(node)
    guard case .object(let members) = node.value else {
      report("\(called) must be an object, not \(node.summary)", at: node)
      return (Self.placeholder(read), .null)
    }
    return readMembers(members, of: node, kind: nil, read)
  }

  func readMembers<T>(
    _ members: [JSONMember], of node: JSONNode, kind: String?, mode: Mode = .object, _ read: (inout FieldReader) -> T
  ) -> (value: T, resolved: JSONValue) {
    let place = hidden(node.position)
    var reader = FieldReader(members, mode: mode, at: place, reportingTo: diagnostics)
    reader.inherited = inherited
    if let kind { reader.declareKind(kind) }
    let value = read(&reader)
    reader.finish()
    return (value, reader.resolved)
  }

  /// Reads by the first alternative that takes values of this type; reports where there is none.
  func read<T>(
    _ node: JSONNode, _ called: String, oneOf alternatives: [Alternative<T>]
  ) -> (value: T, resolved: JSONValue)? {
    let typed = alternatives.contains { $0.accepts(node) } ? node : unpacked(node)
    guard let alternative = alternatives.first(where: { $0.accepts(typed) }) else {
      var nearest: String?
      if case .string(let word) = node.value { nearest = alternatives.flatMap(\.words).nearest(to: word) }
      report(
        "\(called) must be \(alternatives.map(\.wanted).filter { !$0.isEmpty }.listed), not \(node.summary)", at: node,
        suggestion: nearest)
      return nil
    }
    return alternative.read(typed, self, called)
  }

  mutating func declareKind(_ kind: String) {
    self.kind = kind
    _ = take("kind", required: false, "which kind this is", schema: [.init("const", .string(kind))])
    if mode == .description { requireKind() }
    resolve("kind", .string(kind))
  }

  static func placeholder<T>(_ read: (inout FieldReader) -> T) -> T {
    var reader = FieldReader.empty
    return read(&reader)
  }

  static func schema<T>(_ alternatives: [Alternative<T>]) -> [JSONValue.Member] {
    let schemas = alternatives.flatMap { $0.schemas() }
    if schemas.count == 1, case .object(let members) = schemas[0] { return members }
    return [.init("anyOf", .array(schemas))]
  }

  private mutating func elements<T>(
    _ key: String, required isRequired: Bool, _ help: String, schema: @autoclosure () -> JSONValue,
    read: (FieldReader, JSONNode, String) -> (value: T, resolved: JSONValue)?
  ) -> [T] {
    let atLeastOne: [JSONValue.Member] = isRequired ? [.init("minItems", 1)] : []
    let node = take(
      key, required: isRequired, default: isRequired ? nil : .array([]), help,
      schema: [.init("type", "array"), .init("items", schema())] + atLeastOne)
    guard let node else {
      if !isRequired { resolve(key, .array([])) }
      return []
    }
    guard case .array(let nodes) = unpacked(node).value else {
      report("'\(key)' must be an array, not \(node.summary)", at: node)
      return []
    }
    if nodes.isEmpty, isRequired { report("'\(key)' must not be empty", at: node) }
    let results = nodes.enumerated().compactMap { read(self, $0.element, "'\(key).\($0.offset)'") }
    resolve(key, .array(results.map(\.resolved)))
    return results.map(\.value)
  }

  private mutating func resolving<T>(_ key: String, _ result: (value: T, resolved: JSONValue)) -> T {
    resolve(key, result.resolved)
    return result.value
  }

  private static func members(_ schema: JSONValue) -> [JSONValue.Member] {
    if case .object(let members) = schema { members } else { [] }
  }
}

extension JSONValue {
  /// The value as if it had been read; it has no place.
  var node: JSONNode {
    let nowhere = SourcePosition(file: "")
    return switch self {
    case .null: JSONNode(.null, at: nowhere)
    case .bool(let flag): JSONNode(.bool(flag), at: nowhere)
    case .number(let number): JSONNode(.number(number), at: nowhere)
    case .string(let text): JSONNode(.string(text), at: nowhere)
    case .array(let elements): JSONNode(.array(elements.map(\.node)), at: nowhere)
    case .object(let members):
      JSONNode(.object(members.map { JSONMember($0.key, at: nowhere, $0.value.node) }), at: nowhere)
    }
  }
}
