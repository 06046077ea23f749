/// Reads the fields of one protobuf message, in the order of the bytes.
///
/// Nothing is trusted: every length is checked against what is left. Throws `ModelError` with the position in the file.
/// Source: protobuf.dev, "Encoding".
struct WireReader {
  let slice: ByteSlice
  /// Where the next field begins, from the start of the source.
  private(set) var position: Int

  init(_ slice: ByteSlice) {
    self.slice = slice
    position = slice.range.lowerBound
  }

  /// The next field, or `nil` at the end of the message.
  mutating func next() throws -> WireField? {
    guard position < slice.range.upperBound else { return nil }
    let start = position
    let key = try varint()
    guard key <= UInt64(UInt32.max), key >> 3 != 0 else { throw failure("field number out of range", at: start) }
    let value: WireField.Value
    switch key & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .fixed64(try fixed(UInt64.self))
    case 2: value = .bytes(try lengthDelimited())
    case 5: value = .fixed32(try fixed(UInt32.self))
    case 3, 4: throw failure("protobuf groups, which ONNX does not use", at: start)
    default: throw failure("unknown wire type \(key & 7)", at: start)
    }
    return WireField(number: Int(key >> 3), value: value, source: slice.source, offset: start)
  }

  /// A base-128 number of at most ten bytes.
  mutating func varint() throws -> UInt64 {
    var result: UInt64 = 0
    let start = position
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < slice.range.upperBound else { throw failure("a number is cut off", at: start) }
      let byte = slice.source.bytes[position]
      position += 1
      // The tenth byte holds the 64th bit only.
      if shift == 63, byte > 1 { break }
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    throw failure("a number of more than 64 bits", at: start)
  }

  private mutating func fixed<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
    let size = MemoryLayout<Number>.size
    guard size <= slice.range.upperBound - position else { throw failure("a number is cut off", at: position) }
    defer { position += size }
    return Number(littleEndian: slice.source.bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
  }

  private mutating func lengthDelimited() throws -> ByteSlice {
    let start = position
    let length = try varint()
    let left = slice.range.upperBound - position
    guard length <= UInt64(left) else {
      throw failure("a field of \(length) bytes where only \(left) are left (is the file complete?)", at: start)
    }
    defer { position += Int(length) }
    return ByteSlice(source: slice.source, range: position..<position + Int(length))
  }

  private func failure(_ message: String, at offset: Int) -> ModelError {
    ModelError(file: slice.source.name, "not a valid ONNX file: \(message), at byte \(offset)")
  }
}

/// One field of a message: its number and its value as the wire holds it.
struct WireField {
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(ByteSlice)
    case fixed32(UInt32)
  }

  let number: Int
  let value: Value
  let source: ByteSource
  /// Where the field begins, from the start of the source.
  let offset: Int

  /// The value as an int64.
  func int() throws -> Int {
    guard case .varint(let bits) = value else { throw wrongType("a number") }
    return Int(Int64(bitPattern: bits))
  }

  func float() throws -> Float {
    guard case .fixed32(let bits) = value else { throw wrongType("a float") }
    return Float(bitPattern: bits)
  }

  /// The bytes of a string, of raw data or of an embedded message.
  func bytes() throws -> ByteSlice {
    guard case .bytes(let slice) = value else { throw wrongType("bytes") }
    return slice
  }

  func string() throws -> String {
    guard let string = try bytes().string else { throw failure("a text that is not UTF-8") }
    return string
  }

  /// Appends the numbers of a repeated field, whether packed or one by one.
  func appendInts(to list: inout [Int]) throws {
    guard case .bytes(let packed) = value else { return list.append(try int()) }
    var reader = WireReader(packed)
    while reader.position < packed.range.upperBound { list.append(Int(Int64(bitPattern: try reader.varint()))) }
  }

  /// Appends the floats of a repeated field, whether packed or one by one.
  func appendFloats(to list: inout [Float]) throws {
    guard case .bytes(let packed) = value else { return list.append(try float()) }
    guard packed.count % 4 == 0 else { throw failure("a list of floats that ends in the middle of one") }
    list.reserveCapacity(list.count + packed.count / 4)
    for start in stride(from: packed.range.lowerBound, to: packed.range.upperBound, by: 4) {
      let bits = source.bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
      list.append(Float(bitPattern: UInt32(littleEndian: bits)))
    }
  }

  /// Checks that a field which may occur once has not been seen before.
  func onlyOnce(_ seen: Bool) throws { if seen { throw failure("a field that is given twice") } }

  func failure(_ message: String) -> ModelError {
    ModelError(file: source.name, "not a valid ONNX file: \(message), in field \(number) at byte \(offset)")
  }

  /// Something that ONNX has and this reader has not.
  func unsupported(_ message: String) -> ModelError { ModelError(file: source.name, message) }

  private func wrongType(_ wanted: String) -> ModelError { failure("wire type other than that of \(wanted)") }
}
