import Foundation
import Inference

/// Makes tensors from `TensorMessage`s: slices of the file where the elements lie in it as they lie in memory.
///
/// Elements that the file holds in another form, or at an address that their type cannot be read from, are copied.
struct TensorDecoder {
  /// Bytes of elements that are slices of a file.
  private(set) var mappedBytes = 0
  /// Bytes of elements that are copied: at once, or at their first use where only their place is wrong.
  private(set) var copiedBytes = 0
  private let source: ByteSource
  private var externalFiles: ExternalFiles?

  /// A decoder for tensors of `source`; other files are read only from `folder`, and not at all where it is `nil`.
  init(source: ByteSource, folder: String? = nil) {
    self.source = source
    externalFiles = folder.map { ExternalFiles(folder: $0, model: source.name) }
  }

  /// Throws `ModelError` where the elements are not exactly those that type and shape ask for; `what` begins the message.
  mutating func tensor(_ message: TensorMessage, _ what: String) throws -> Tensor {
    let file = source.name
    func failure(_ text: String) -> ModelError { ModelError(file: file, "\(what): \(text)") }
    let type = try elementType(message.dataType, failure)
    let count = try elementCount(message.dimensions, type, failure)
    let byteCount = type.byteCountInFile(count)

    if message.isExternal {
      guard message.rawData == nil, message.typedFields == 0 else {
        throw failure("elements both inside the file and outside")
      }
      guard let slice = try externalFiles?.slice(message.externalData, byteCount: byteCount, failure) else {
        throw failure("external data, which only a model in a file can have")
      }
      return view(slice, type, message.dimensions)
    }
    if let raw = message.rawData {
      guard message.typedFields == 0 else { throw failure("elements both in raw_data and in a typed field") }
      guard raw.count == byteCount else {
        throw failure(
          "\(raw.count) bytes of data, but \(type) \(message.dimensions) takes \(byteCount)")
      }
      return view(raw, type, message.dimensions)
    }
    return try typedTensor(message, type, count, failure)
  }

  private mutating func view(_ slice: ByteSlice, _ type: ElementType, _ shape: [Int]) -> Tensor {
    let bytes = slice.bytes
    guard bytes.count > 0 else { return Tensor(zeros: type, shape: shape) }
    if type.bitsInFile < 8 {
      let tensor = Tensor(type, shape: shape, unpacking: bytes)
      copiedBytes += tensor.byteCount
      return tensor
    }
    if UInt(bitPattern: bytes.baseAddress) % UInt(type.byteCount) == 0 {
      mappedBytes += bytes.count
      return Tensor(type, shape: shape, storage: TensorStorage(viewing: bytes, keptAliveBy: slice.source))
    }
    copiedBytes += bytes.count
    return Tensor(type, shape: shape, storage: TensorStorage(copyingOnUse: bytes, keptAliveBy: slice.source))
  }

  private mutating func typedTensor(
    _ message: TensorMessage, _ type: ElementType, _ count: Int, _ failure: @escaping (String) -> ModelError
  ) throws -> Tensor {
    let number = Self.typedField(of: type)
    if type.bitsInFile < 8 {
      let packed = try typedTensor(message, .uint8, type.byteCountInFile(count), failure)
      return withExtendedLifetime(packed) {
        Tensor(
          type, shape: message.dimensions,
          unpacking: UnsafeRawBufferPointer(start: packed.bytes, count: packed.byteCount))
      }
    }
    guard message.typedFields & ~(1 << UInt32(number)) == 0 else {
      throw failure("elements in a field that is not the one of \(type)")
    }
    guard count > 0 || message.typedFields != 0 else { return Tensor(zeros: type, shape: message.dimensions) }
    // An element takes a byte at least, so nothing is allocated for a shape that the file cannot fill.
    guard count <= message.body.count else {
      throw failure("\(type) \(message.dimensions) takes \(count) elements, but the file holds fewer")
    }
    if [.float32, .float64].contains(type), let chunk = message.onlyChunk {
      guard chunk.count == count * type.byteCount else {
        throw failure(
          "\(chunk.count) bytes of data, but \(type) \(message.dimensions) takes \(count * type.byteCount)")
      }
      return view(chunk, type, message.dimensions)
    }
    // Of packed elements there are fewer than the dimensions tell.
    let shape = try elementCount(message.dimensions, type, failure) == count ? message.dimensions : [count]
    let tensor = Tensor(zeros: type, shape: shape)
    copiedBytes += tensor.byteCount
    var elements = TypedElements(type: type, into: tensor, failure: failure)
    var reader = WireReader(message.body)
    while let field = try reader.next() {
      if field.number == number { try elements.append(field) }
    }
    guard elements.count == count else {
      throw failure("\(elements.count) elements, but \(type) \(message.dimensions) takes \(count)")
    }
    return tensor
  }

  /// The field of `TensorProto` that holds elements of that type one by one.
  ///
  /// Source: onnx.proto.
  private static func typedField(of type: ElementType) -> Int {
    switch type {
    case .float32: 4
    case .int64: 7
    case .float64: 10
    case .uint32, .uint64: 11
    default: 5
    }
  }
}

/// The element type of that number.
///
/// Throws for those that the engine has not, by name.
func elementType(_ number: Int, _ failure: (String) -> ModelError) throws(ModelError) -> ElementType {
  if let type = ElementType(rawValue: number) { return type }
  guard let name = otherElementTypes[number] else { throw failure("unknown element type \(number)") }
  let supported = ElementType.allCases.map(\.description).joined(separator: ", ")
  throw failure("element type \(name) is not supported, only \(supported)")
}

/// Source: onnx.proto, `TensorProto.DataType`.
private let otherElementTypes = [
  8: "string", 14: "complex64", 15: "complex128", 24: "float8e8m0", 27: "float6e2m3", 28: "float6e3m2",
]

/// The number of elements of a shape.
///
/// Throws where a dimension is negative or the tensor is too large to be meant.
func elementCount(_ shape: [Int], _ type: ElementType, _ failure: (String) -> ModelError) throws -> Int {
  var (count, extent) = (1, 1)
  for size in shape {
    guard size >= 0 else { throw failure("negative dimension in \(shape)") }
    count = count &* size
    let (product, overflows) = extent.multipliedReportingOverflow(by: max(1, size))
    // 2^31 elements keep every product of two sizes, and every count of multiply-accumulates, inside an Int.
    guard !overflows, product <= 1 << 31 else { throw failure("\(type) \(shape) is too large") }
    extent = product
  }
  return count
}
