/// A protobuf message as a tree, for mutation: what is a message inside is told by `Kind`.
struct WireTree {
  /// The messages of ONNX that hold others.
  enum Kind {
    case model, opset, entry, graph, node, attribute, tensor, valueInfo, type, tensorType, shape, dimension

    /// The message in a field of that number, or `nil` where it is no message.
    func child(_ number: Int) -> Kind? {
      switch (self, number) {
      case (.model, 7): .graph
      case (.model, 8): .opset
      case (.model, 14), (.tensor, 13): .entry
      case (.graph, 1): .node
      case (.graph, 5): .tensor
      case (.graph, 11), (.graph, 12), (.graph, 13): .valueInfo
      case (.node, 5): .attribute
      case (.attribute, 5): .tensor
      case (.attribute, 6): .graph
      case (.valueInfo, 2): .type
      case (.type, 1): .tensorType
      case (.tensorType, 2): .shape
      case (.shape, 1): .dimension
      default: nil
      }
    }
  }

  indirect enum Value {
    case number(UInt64)
    case fixed32([UInt8])
    case fixed64([UInt8])
    case bytes([UInt8])
    case message(WireTree)
  }

  struct Field {
    var number: Int
    var value: Value
  }

  let kind: Kind
  var fields: [Field] = []

  init(_ kind: Kind) { self.kind = kind }

  /// The tree of a well-formed message, `nil` of another.
  init?(_ bytes: ArraySlice<UInt8>, _ kind: Kind) {
    self.kind = kind
    var position = bytes.startIndex
    func varint() -> UInt64? {
      var (value, shift): (UInt64, UInt64) = (0, 0)
      while position < bytes.endIndex, shift < 64 {
        let byte = bytes[position]
        position += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
      return nil
    }
    func piece(_ count: UInt64) -> ArraySlice<UInt8>? {
      guard count <= UInt64(bytes.endIndex - position) else { return nil }
      defer { position += Int(count) }
      return bytes[position..<position + Int(count)]
    }
    while position < bytes.endIndex {
      guard let key = varint(), key >> 3 < 1 << 29 else { return nil }
      let number = Int(key >> 3)
      switch key & 7 {
      case 0:
        guard let value = varint() else { return nil }
        fields.append(Field(number: number, value: .number(value)))
      case 1:
        guard let value = piece(8) else { return nil }
        fields.append(Field(number: number, value: .fixed64(Array(value))))
      case 5:
        guard let value = piece(4) else { return nil }
        fields.append(Field(number: number, value: .fixed32(Array(value))))
      case 2:
        guard let count = varint(), let value = piece(count) else { return nil }
        if let child = kind.child(number), let tree = WireTree(value, child) {
          fields.append(Field(number: number, value: .message(tree)))
        } else {
          fields.append(Field(number: number, value: .bytes(Array(value))))
        }
      default: return nil
      }
    }
  }

  var bytes: [UInt8] {
    var result: [UInt8] = []
    func add(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        result.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
      }
      result.append(UInt8(rest))
    }
    for field in fields {
      let key = UInt64(field.number) << 3
      switch field.value {
      case .number(let value):
        add(key)
        add(value)
      case .fixed64(let bytes):
        add(key | 1)
        result += bytes
      case .fixed32(let bytes):
        add(key | 5)
        result += bytes
      case .bytes(let bytes):
        add(key | 2)
        add(UInt64(bytes.count))
        result += bytes
      case .message(let tree):
        let bytes = tree.bytes
        add(key | 2)
        add(UInt64(bytes.count))
        result += bytes
      }
    }
    return result
  }

  /// How many fields there are in it, those of inner messages among them.
  var size: Int {
    fields.reduce(0) { sum, field in
      if case .message(let tree) = field.value { sum + 1 + tree.size } else { sum + 1 }
    }
  }

  /// Adds the names and other short texts in it.
  func collectTexts(into texts: inout [[UInt8]]) {
    for field in fields {
      switch field.value {
      case .bytes(let bytes) where bytes.count < 40: texts.append(bytes)
      case .message(let tree): tree.collectTexts(into: &texts)
      default: break
      }
    }
  }

  mutating func add(_ number: Int, _ value: Value) { fields.append(Field(number: number, value: value)) }
  mutating func add(_ number: Int, int value: Int) { add(number, .number(UInt64(bitPattern: Int64(value)))) }
  mutating func add(_ number: Int, text: String) { add(number, .bytes(Array(text.utf8))) }
}
