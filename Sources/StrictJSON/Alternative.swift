/// One way to write a value that may be written in several.
public struct Alternative<T> {
  /// What a message asks for.
  let wanted: String
  let words: [String]
  let accepts: (JSONNode) -> Bool
  let read: (JSONNode, FieldReader, String) -> (value: T, resolved: JSONValue)?
  let placeholder: () -> T
  let schemas: () -> [JSONValue]

  /// A number: `5.85`.
  public static func number(in bounds: Bounds = .finite, _ make: @escaping (Double) -> T) -> Alternative {
    let type = ScalarType<Double>.double(in: bounds)
    return Alternative(
      wanted: bounds.words, words: [],
      accepts: { if case .number = $0.value { true } else { false } },
      read: { node, reader, called in
        reader.convert(node, to: type, called: String(called.dropFirst().dropLast())).map { (make($0), .number($0)) }
      },
      placeholder: { make(1) }, schemas: { [.object(type.schema)] })
  }

  /// A fixed word: `"none"`.
  public static func word(_ word: String, _ make: @escaping () -> T) -> Alternative {
    Alternative(
      wanted: "'\(word)'", words: [word],
      accepts: { if case .string(word) = $0.value { true } else { false } },
      read: { _, _, _ in (make(), .string(word)) },
      placeholder: make, schemas: { [["const": .string(word)]] })
  }

  /// Any text, such as a file's name; stands after the words.
  public static func text(_ wanted: String, _ make: @escaping (String, SourcePosition?) -> T) -> Alternative {
    Alternative(
      wanted: wanted, words: [],
      accepts: { if case .string = $0.value { true } else { false } },
      read: { node, reader, _ in
        guard case .string(let text) = node.value else { return nil }
        return (make(text, reader.hidden(node.position)), .string(text))
      },
      placeholder: { make("", nil) }, schemas: { [["type": "string"]] })
  }

  /// An object with its own fields.
  public static func object(_ wanted: String = "an object", _ make: @escaping (inout FieldReader) -> T) -> Alternative {
    Alternative(
      wanted: wanted, words: [],
      accepts: { if case .object = $0.value { true } else { false } },
      read: { node, reader, called in reader.readObject(node, called, make) },
      placeholder: { FieldReader.placeholder(make) }, schemas: { [FieldReader.schema(make)] })
  }

  /// An object that a later version will read; until then it is refused with this message.
  public static func notYet(_ message: String) -> Alternative where T: ExpressibleByIntegerLiteral {
    Alternative(
      wanted: "", words: [],
      accepts: { if case .object = $0.value { true } else { false } },
      read: { node, reader, _ in
        reader.report(message, at: node)
        return nil
      },
      placeholder: { 0 }, schemas: { [] })
  }

  /// One of a registry's kinds: `"fifo"`, `"batch,max_batch=4"` or `{"kind": "batch", "max_batch": 4}`.
  ///
  /// The noun is what messages call them: `scheduler`; `notYet` are names that a later version will know.
  public static func kinds(_ noun: String, _ kinds: [Kind<T>], notYet: [String] = []) -> Alternative {
    precondition(!kinds.isEmpty, "no kind of \(noun)")
    return Alternative(
      wanted: "a \(noun) (\(kinds.map(\.name).listed))", words: kinds.map(\.name),
      accepts: { node in
        switch node.value {
        case .string, .object: true
        default: false
        }
      },
      read: { node, reader, _ in reader.readKind(node, noun, kinds, notYet: notYet) },
      placeholder: { FieldReader.placeholder(kinds[0].read) }, schemas: { Kind.schemas(of: kinds) })
  }
}

/// One entry of a registry: a name that inputs use, and how its fields are read.
public struct Kind<T>: Sendable {
  public let name: String
  public let help: String
  public let read: @Sendable (inout FieldReader) -> T

  public init(_ name: String, _ help: String, _ read: @escaping @Sendable (inout FieldReader) -> T) {
    self.name = name
    self.help = help
    self.read = read
  }

  /// The words that suffice alone, SPECs, and an object for each kind.
  static func schemas(of kinds: [Kind]) -> [JSONValue] {
    var words: [JSONValue] = []
    var objects: [JSONValue] = []
    for kind in kinds {
      var reader = FieldReader.empty
      reader.declareKind(kind.name)
      _ = kind.read(&reader)
      if reader.required == ["kind"] { words.append(.string(kind.name)) }
      guard case .object(let members) = reader.objectSchema else { continue }
      objects.append(.object([.init("description", .string(kind.help))] + members))
    }
    let names = kinds.map(\.name).joined(separator: "|")
    let spec: JSONValue = ["type": "string", "pattern": .string("^(\(names)),")]
    return (words.isEmpty ? [] : [["enum": .array(words)]]) + [spec] + objects
  }
}
