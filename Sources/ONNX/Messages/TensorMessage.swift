/// A `TensorProto` as the file holds it: everything but the elements is read, the elements are found again when wanted.
struct TensorMessage: Sendable {
  var name = ""
  var dimensions: [Int] = []
  var dataType = 0
  var rawData: ByteSlice?
  /// The data location: inside the file, or in another one described by `externalData`.
  var isExternal = false
  var externalData: [String: String] = [:]
  /// Which of the typed fields (`float_data` = 4, ...) hold something, as a bit set of field numbers.
  var typedFields: UInt32 = 0
  /// The contents of the only packed chunk of a typed field; `nil` where there are several or none.
  var onlyChunk: ByteSlice?
  /// The whole message.
  let body: ByteSlice

  /// The most dimensions a tensor may have.
  static let maximumRank = 64
  static let typedFieldNumbers = [4, 5, 6, 7, 10, 11]

  init(_ body: ByteSlice) throws {
    self.body = body
    var reader = WireReader(body)
    var chunks = 0
    while let field = try reader.next() {
      switch field.number {
      case 1:
        try field.appendInts(to: &dimensions)
        guard dimensions.count <= Self.maximumRank else {
          throw field.failure("a tensor of more than \(Self.maximumRank) dimensions")
        }
      case 2: dataType = try field.int()
      case 3: throw field.failure("a tensor in segments, which ONNX does not define")
      case 4, 5, 6, 7, 10, 11:
        typedFields |= 1 << UInt32(field.number)
        chunks += 1
        if case .bytes(let chunk) = field.value, chunks == 1 { onlyChunk = chunk } else { onlyChunk = nil }
      case 8: name = try field.string()
      case 9:
        try field.onlyOnce(rawData != nil)
        rawData = try field.bytes()
      case 13:
        let entry = try StringEntryMessage(try field.bytes())
        guard externalData.updateValue(entry.value, forKey: entry.key) == nil else {
          throw field.failure("external data with two values of \(entry.key.quoted)")
        }
      case 14:
        let location = try field.int()
        guard location == 0 || location == 1 else { throw field.failure("unknown data location \(location)") }
        isExternal = location == 1
      default: break
      }
    }
  }
}

/// A `StringStringEntryProto`.
struct StringEntryMessage {
  var key = ""
  var value = ""

  init(_ body: ByteSlice) throws {
    var reader = WireReader(body)
    while let field = try reader.next() {
      switch field.number {
      case 1: key = try field.string()
      case 2: value = try field.string()
      default: break
      }
    }
  }
}
