/// Writes protobuf fields by hand, right or wrong, as a test asks for it.
struct ProtobufBytes {
  private(set) var bytes: [UInt8] = []

  static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  func int(_ number: Int, _ value: Int) -> Self {
    raw(Self.varint(UInt64(number) << 3) + Self.varint(UInt64(bitPattern: Int64(value))))
  }

  func float(_ number: Int, _ value: Float) -> Self {
    raw(Self.varint(UInt64(number) << 3 | 5) + Self.littleEndian(value.bitPattern))
  }

  func double(_ number: Int, _ value: Double) -> Self {
    raw(Self.varint(UInt64(number) << 3 | 1) + Self.littleEndian(value.bitPattern))
  }

  func string(_ number: Int, _ text: String) -> Self { bytes(number, [UInt8](text.utf8)) }

  func message(_ number: Int, _ message: ProtobufBytes) -> Self { bytes(number, message.bytes) }

  func bytes(_ number: Int, _ content: [UInt8]) -> Self { field(number, length: content.count, content) }

  /// A length-delimited field that claims to be `length` bytes long.
  func field(_ number: Int, length: Int, _ content: [UInt8]) -> Self {
    raw(Self.varint(UInt64(number) << 3 | 2) + Self.varint(UInt64(length)) + content)
  }

  func raw(_ more: [UInt8]) -> Self {
    var copy = self
    copy.bytes += more
    return copy
  }

  static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { [UInt8]($0) }
  }
}

/// `TensorProto`, `ModelProto` and their parts.
extension ProtobufBytes {
  static func tensor(_ dimensions: [Int], name: String = "") -> Self { tensor(1, dimensions, name: name) }

  static func tensor(_ type: Int, _ dimensions: [Int], name: String = "") -> Self {
    var tensor = ProtobufBytes()
    for size in dimensions { tensor = tensor.int(1, size) }
    tensor = tensor.int(2, type)
    return name.isEmpty ? tensor : tensor.string(8, name)
  }

  static func floats(_ dimensions: [Int], _ values: [Float], name: String = "") -> Self {
    tensor(1, dimensions, name: name).bytes(9, values.flatMap { littleEndian($0.bitPattern) })
  }

  /// A shape of sizes (`Int`) and symbols (`String`); `nil` leaves it out.
  static func value(_ name: String, type: Int = 1, _ shape: [Any]?) -> Self {
    var tensorType = ProtobufBytes().int(1, type)
    if let shape {
      var dimensions = ProtobufBytes()
      for size in shape {
        var dimension = ProtobufBytes()
        if let size = size as? Int { dimension = dimension.int(1, size) }
        if let symbol = size as? String, !symbol.isEmpty { dimension = dimension.string(2, symbol) }
        dimensions = dimensions.message(1, dimension)
      }
      tensorType = tensorType.message(2, dimensions)
    }
    return ProtobufBytes().string(1, name).message(2, ProtobufBytes().message(1, tensorType))
  }

  static func node(
    _ operatorName: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
    attributes: [Self] = []
  ) -> Self {
    var node = ProtobufBytes()
    for input in inputs { node = node.string(1, input) }
    for output in outputs { node = node.string(2, output) }
    if !name.isEmpty { node = node.string(3, name) }
    node = node.string(4, operatorName)
    for attribute in attributes { node = node.message(5, attribute) }
    return domain.isEmpty ? node : node.string(7, domain)
  }

  static func attribute(_ name: String, ints: [Int]) -> Self {
    ints.reduce(ProtobufBytes().string(1, name).int(20, 7)) { $0.int(8, $1) }
  }

  static func attribute(_ name: String, int: Int) -> Self { ProtobufBytes().string(1, name).int(20, 2).int(3, int) }

  static func graph(
    _ nodes: [Self], initializers: [Self] = [], inputs: [Self] = [value("x", [1, 4])],
    outputs: [Self] = [value("y", nil)]
  ) -> Self {
    var graph = ProtobufBytes().string(2, "test")
    for node in nodes { graph = graph.message(1, node) }
    for tensor in initializers { graph = graph.message(5, tensor) }
    for input in inputs { graph = graph.message(11, input) }
    for output in outputs { graph = graph.message(12, output) }
    return graph
  }

  static func model(_ graph: Self, irVersion: Int = 8, opset: Int = 13) -> Self {
    ProtobufBytes().int(1, irVersion).message(7, graph).message(8, ProtobufBytes().string(1, "").int(2, opset))
  }
}
