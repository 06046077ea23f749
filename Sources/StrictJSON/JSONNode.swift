/// A JSON value and where it stands in its file.
public struct JSONNode: Sendable, Hashable {
  public var value: Value
  /// Of the value's first character.
  public var position: SourcePosition

  public enum Value: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONNode])
    case object([JSONMember])
  }

  public init(_ value: Value, at position: SourcePosition) {
    self.value = value
    self.position = position
  }

  /// The member of that name, where this is an object that has one.
  public subscript(key: String) -> JSONNode? {
    guard case .object(let members) = value else { return nil }
    return members.first { $0.key == key }?.node
  }

  /// The same value without positions.
  public var json: JSONValue {
    switch value {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .number(let number): .number(number)
    case .string(let text): .string(text)
    case .array(let elements): .array(elements.map(\.json))
    case .object(let members): .object(members.map { JSONValue.Member($0.key, $0.node.json) })
    }
  }

  /// What a message calls this value: `the string 'fifo'`, `-3`, `an object`.
  public var summary: String {
    switch value {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number(let number): number.text
    case .string(let text): "the string '\(text.printable)'"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// A key of an object with its value; objects keep the order of their file.
public struct JSONMember: Sendable, Hashable {
  public let key: String
  public let keyPosition: SourcePosition
  public var node: JSONNode

  public init(_ key: String, at keyPosition: SourcePosition, _ node: JSONNode) {
    self.key = key
    self.keyPosition = keyPosition
    self.node = node
  }
}

/// A finite number and the text that it was written as.
public struct JSONNumber: Sendable, Hashable {
  public let text: String
  public let value: Double

  /// A number as written; `nil` unless the text is one that a `Double` holds as a finite number.
  public init?(text: String) {
    guard let value = Double(text), value.isFinite else { return nil }
    self.text = text
    self.value = value
  }

  /// The shortest text that reads back as this number; a number that is not finite is a caller's mistake.
  public init(_ value: Double) {
    precondition(value.isFinite, "JSON has no number for \(value)")
    self.value = value
    self.text = value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }

  public init(_ value: Int) {
    self.text = String(value)
    self.value = Double(value)
  }

  /// The number as an integer, where it is one: `4e9` is, `1.5` and `1e300` are not.
  public var integer: Int? { Int(text) ?? Int(exactly: value) }
}
