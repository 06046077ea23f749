extension FieldReader {
  // MARK: Text

  public mutating func string(_ key: String, default value: String? = nil, _ help: String) -> String {
    scalar(key, default: value, placeholder: "", help, Self.text)
  }

  public mutating func stringIfPresent(_ key: String, _ help: String) -> String? {
    optional(key, help, Self.text)
  }

  /// A text that names something: neither empty nor with control characters.
  public mutating func name(_ key: String, default value: String? = nil, _ help: String) -> String {
    scalar(key, default: value, placeholder: "", help, Self.name)
  }

  public mutating func nameIfPresent(_ key: String, _ help: String) -> String? { optional(key, help, Self.name) }

  public mutating func strings(_ key: String, default value: [String]? = nil, _ help: String) -> [String] {
    scalar(key, default: value, placeholder: [], help, .list(of: Self.text))
  }

  /// One of the words of an enumeration; `notYet` are words that a later version will know.
  public mutating func choice<E: RawRepresentable & CaseIterable>(
    _ key: String, default value: E? = nil, notYet: [String] = [], _ help: String
  ) -> E where E.RawValue == String {
    guard let first = E.allCases.first else { preconditionFailure("\(E.self) has no cases") }
    return scalar(key, default: value, placeholder: first, help, .choice(notYet: notYet))
  }

  public mutating func choiceIfPresent<E: RawRepresentable & CaseIterable>(
    _ key: String, _ help: String
  ) -> E? where E.RawValue == String {
    optional(key, help, .choice())
  }

  /// The name of something else, with its place for when there is no such thing.
  public mutating func reference(_ key: String, _ help: String) -> Reference {
    Reference(name: name(key, help), position: position(of: key))
  }

  public mutating func referenceIfPresent(_ key: String, _ help: String) -> Reference? {
    nameIfPresent(key, help).map { Reference(name: $0, position: position(of: key)) }
  }

  // MARK: Numbers

  public mutating func double(
    _ key: String, default value: Double? = nil, in bounds: Bounds = .finite, _ help: String
  ) -> Double {
    scalar(key, default: value, placeholder: 1, help, .double(in: bounds))
  }

  public mutating func doubleIfPresent(_ key: String, in bounds: Bounds = .finite, _ help: String) -> Double? {
    optional(key, help, .double(in: bounds))
  }

  public mutating func numbers(
    _ key: String, default value: [Double]? = nil, in bounds: Bounds = .finite, _ help: String
  ) -> [Double] {
    scalar(key, default: value, placeholder: [], help, .list(of: .double(in: bounds)))
  }

  public mutating func numbersIfPresent(_ key: String, in bounds: Bounds = .finite, _ help: String) -> [Double]? {
    optional(key, help, .list(of: .double(in: bounds)))
  }

  /// A whole number; `4e9` is one.
  public mutating func int(
    _ key: String, default value: Int? = nil, in range: ClosedRange<Int> = Int.min...Int.max, _ help: String
  ) -> Int {
    scalar(key, default: value, placeholder: range.lowerBound, help, .int(in: range))
  }

  public mutating func intIfPresent(
    _ key: String, in range: ClosedRange<Int> = Int.min...Int.max, _ help: String
  ) -> Int? {
    optional(key, help, .int(in: range))
  }

  public mutating func bool(_ key: String, default value: Bool? = nil, _ help: String) -> Bool {
    scalar(key, default: value, placeholder: false, help, Self.flag)
  }

  public mutating func boolIfPresent(_ key: String, _ help: String) -> Bool? { optional(key, help, Self.flag) }

  /// A map from names to numbers, in the order of the file: `{"device": 10, "cloud": 1}`.
  public mutating func numbersByName(
    _ key: String, default value: [(String, Double)]? = nil, in bounds: Bounds = .finite, _ help: String
  ) -> [NamedValue<Double>] {
    let type = ScalarType<Double>.double(in: bounds)
    let node = take(
      key, required: value == nil, default: value.map { .object($0.map { .init($0.0, .number($0.1)) }) }, help,
      schema: [.init("type", "object"), .init("additionalProperties", .object(type.schema))])
    guard let node else {
      let entries = (value ?? []).map { NamedValue(name: $0.0, value: $0.1, position: position) }
      resolve(key, .object(entries.map { .init($0.name, .number($0.value)) }))
      return entries
    }
    guard case .object(let members) = unpacked(node).value else {
      report("'\(key)' must be an object, not \(node.summary)", at: node)
      return []
    }
    let entries = members.compactMap { member in
      convert(member.node, to: type, called: "\(key).\(member.key.printable)").map {
        NamedValue(name: member.key, value: $0, position: member.node.position)
      }
    }
    resolve(key, .object(entries.map { .init($0.name, .number($0.value)) }))
    return entries
  }

  // MARK: How

  private mutating func scalar<T>(
    _ key: String, default value: T?, placeholder: T, _ help: String, _ type: ScalarType<T>
  ) -> T {
    let node = take(key, required: value == nil, default: value.map(type.json), help, schema: type.schema)
    let result = node.flatMap { convert($0, to: type, called: key) } ?? value
    if let result { resolve(key, type.json(result)) }
    return result ?? placeholder
  }

  private mutating func optional<T>(_ key: String, _ help: String, _ type: ScalarType<T>) -> T? {
    guard let node = take(key, required: false, help, schema: type.schema) else { return nil }
    let value = convert(node, to: type, called: key)
    if let value { resolve(key, type.json(value)) }
    return value
  }

  /// The value, or `nil` and a report.
  func convert<T>(_ node: JSONNode, to type: ScalarType<T>, called key: String) -> T? {
    let typed = type.isText ? node : unpacked(node)
    if let value = type.read(typed) { return value }
    if case .array(let elements) = typed.value, let element = type.element {
      for (index, node) in elements.enumerated() where !element.accepts(node) {
        report("'\(key).\(index)' must be \(element.wanted), not \(node.summary)", at: node)
      }
      return nil
    }
    if case .string(let word) = node.value, type.notYet.contains(word) {
      report("\(key) '\(word)' is not supported yet", at: node)
      return nil
    }
    let nearest: String? = if case .string(let word) = node.value { type.words.nearest(to: word) } else { nil }
    report("'\(key)' must be \(type.wanted), not \(node.summary)", at: node, suggestion: nearest)
    return nil
  }

  /// In a SPEC, the typed value that a text stands for.
  func unpacked(_ node: JSONNode) -> JSONNode {
    guard mode == .spec, case .string(let text) = node.value else { return node }
    if let parsed = try? JSONParser.parse(text, file: "") { return JSONNode(parsed.value, at: node.position) }
    guard text.contains(";") else { return node }
    let parts = text.split(separator: ";", omittingEmptySubsequences: false)
    return JSONNode(.array(parts.map { unpacked(JSONNode(.string(String($0)), at: node.position)) }), at: node.position)
  }

  static var text: ScalarType<String> {
    ScalarType(
      wanted: "a string", isText: true, schema: [.init("type", "string")], json: { .string($0) },
      read: { if case .string(let text) = $0.value { text } else { nil } })
  }

  static var name: ScalarType<String> {
    ScalarType(
      wanted: "a name (a string that is not empty, without control characters)", isText: true,
      schema: [.init("type", "string"), .init("minLength", 1)], json: { .string($0) },
      read: { node in
        guard case .string(let text) = node.value, !text.isEmpty else { return nil }
        return text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? nil : text
      })
  }

  static var flag: ScalarType<Bool> {
    ScalarType(
      wanted: "true or false", schema: [.init("type", "boolean")], json: { .bool($0) },
      read: { if case .bool(let flag) = $0.value { flag } else { nil } })
  }
}

/// A value with the name that it has in a map, and its place.
public struct NamedValue<Value: Sendable>: Sendable {
  public let name: String
  public let value: Value
  public let position: SourcePosition?
}

/// The name of something that is defined elsewhere, and where it is named.
public struct Reference: Sendable, Hashable {
  public let name: String
  public let position: SourcePosition?

  public init(name: String, position: SourcePosition? = nil) {
    self.name = name
    self.position = position
  }
}

/// How a plain value is read, written and described.
struct ScalarType<T> {
  /// What a message asks for.
  var wanted: String
  var words: [String] = []
  var notYet: [String] = []
  /// Whether a SPEC's text is taken as it is.
  var isText = false
  var schema: [JSONValue.Member]
  var json: (T) -> JSONValue
  var read: (JSONNode) -> T?
  /// What the elements of a list must be.
  var element: (wanted: String, accepts: (JSONNode) -> Bool)?
}

extension ScalarType {
  static func list<Element>(of element: ScalarType<Element>) -> ScalarType<[Element]> where T == [Element] {
    ScalarType(
      wanted: "an array",
      schema: [.init("type", "array"), .init("items", .object(element.schema))],
      json: { .array($0.map(element.json)) },
      read: { node in
        guard case .array(let nodes) = node.value else { return nil }
        let elements = nodes.compactMap(element.read)
        return elements.count == nodes.count ? elements : nil
      },
      element: (element.wanted, { element.read($0) != nil }))
  }
}

extension ScalarType where T == Double {
  static func double(in bounds: Bounds) -> ScalarType {
    ScalarType(
      wanted: bounds.words, schema: bounds.schema, json: { .number($0) },
      read: { node in
        guard case .number(let number) = node.value, bounds.contains(number.value) else { return nil }
        return number.value
      })
  }
}

extension ScalarType where T == Int {
  static func int(in range: ClosedRange<Int>) -> ScalarType {
    var wanted = "a whole number"
    var schema: [JSONValue.Member] = [.init("type", "integer")]
    if range.lowerBound == range.upperBound {
      wanted = "\(range.lowerBound)"
      schema = [.init("const", .number(range.lowerBound))]
    } else if range.lowerBound != .min {
      schema.append(.init("minimum", .number(range.lowerBound)))
      wanted += range.upperBound == .max ? " of at least \(range.lowerBound)" : " between \(range.lowerBound)"
    }
    if range.upperBound != .max, range.lowerBound != range.upperBound {
      schema.append(.init("maximum", .number(range.upperBound)))
      wanted += range.lowerBound == .min ? " of at most \(range.upperBound)" : " and \(range.upperBound)"
    }
    return ScalarType(
      wanted: wanted, schema: schema, json: { .number($0) },
      read: { node in
        guard case .number(let number) = node.value, let value = number.integer else { return nil }
        return range.contains(value) ? value : nil
      })
  }
}

extension ScalarType where T: RawRepresentable & CaseIterable, T.RawValue == String {
  static func choice(notYet: [String] = []) -> ScalarType {
    let words = T.allCases.map(\.rawValue)
    return ScalarType(
      wanted: words.listed, words: words, notYet: notYet, isText: true,
      schema: [.init("enum", .array(words.map { .string($0) }))],
      json: { .string($0.rawValue) },
      read: { if case .string(let word) = $0.value { T(rawValue: word) } else { nil } })
  }
}

extension [String] {
  /// The words as in `a, b or c`.
  var listed: String {
    count < 2 ? joined() : dropLast().joined(separator: ", ") + " or " + self[count - 1]
  }
}
