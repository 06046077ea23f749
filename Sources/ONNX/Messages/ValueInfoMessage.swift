import Inference

/// A `ValueInfoProto`: the name and declared type of a network's input or output.
struct ValueInfoMessage: Sendable {
  var name = ""
  /// The element type's number; 0 where none is declared.
  var elementType = 0
  /// `nil` where not even the rank is declared.
  var dimensions: [ONNXModel.Dimension]?
  /// What the value is if it is not a dense tensor, such as `a sequence`.
  var otherKind: String?

  /// What the graph keeps of it.
  var declaredType: DeclaredType {
    DeclaredType(
      elementType: ElementType(rawValue: elementType),
      dimensions: dimensions?.map { if case .fixed(let size) = $0 { size } else { nil } })
  }

  init(_ body: ByteSlice) throws {
    var reader = WireReader(body)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = try field.string()
      case 2: try readType(try field.bytes())
      default: break
      }
    }
    guard !name.isEmpty else {
      throw ModelError(
        file: body.source.name,
        "not a valid ONNX file: an input or output without a name at byte \(body.range.lowerBound)")
    }
  }

  private mutating func readType(_ body: ByteSlice) throws {
    var reader = WireReader(body)
    while let field = try reader.next() {
      switch field.number {
      case 1: try readTensorType(try field.bytes())
      case 4: otherKind = "a sequence"
      case 5: otherKind = "a map"
      case 7: otherKind = "opaque"
      case 8: otherKind = "a sparse tensor"
      case 9: otherKind = "optional"
      default: break
      }
    }
  }

  private mutating func readTensorType(_ body: ByteSlice) throws {
    var reader = WireReader(body)
    while let field = try reader.next() {
      switch field.number {
      case 1: elementType = try field.int()
      case 2:
        try field.onlyOnce(dimensions != nil)
        dimensions = try Self.shape(try field.bytes())
      default: break
      }
    }
  }

  private static func shape(_ body: ByteSlice) throws -> [ONNXModel.Dimension] {
    var dimensions: [ONNXModel.Dimension] = []
    var reader = WireReader(body)
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      guard dimensions.count < TensorMessage.maximumRank else {
        throw field.failure("a shape of more than \(TensorMessage.maximumRank) dimensions")
      }
      dimensions.append(try dimension(try field.bytes()))
    }
    return dimensions
  }

  private static func dimension(_ body: ByteSlice) throws -> ONNXModel.Dimension {
    var dimension = ONNXModel.Dimension.unknown
    var reader = WireReader(body)
    while let field = try reader.next() {
      switch field.number {
      case 1:
        // Some exporters write -1 for a size that is open.
        let size = try field.int()
        dimension = size < 0 ? .unknown : .fixed(size)
      case 2:
        let symbol = try field.string()
        dimension = symbol.isEmpty ? .unknown : .symbol(symbol)
      default: break
      }
    }
    return dimension
  }
}
