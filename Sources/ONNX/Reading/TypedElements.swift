import Inference

/// Fills a tensor from the fields of a `TensorProto` that hold elements as protobuf numbers, packed or one by one.
struct TypedElements {
  let type: ElementType
  let failure: (String) -> ModelError
  /// How many elements the file holds; those beyond the tensor's are counted only.
  private(set) var count = 0
  private let tensor: Tensor
  private let capacity: Int

  init(type: ElementType, into tensor: Tensor, failure: @escaping (String) -> ModelError) {
    self.type = type
    self.tensor = tensor
    self.failure = failure
    capacity = tensor.elementCount
  }

  /// Appends the elements of one occurrence of the field.
  mutating func append(_ field: WireField) throws {
    switch field.value {
    case .varint(let bits): try store(bits)
    case .fixed32(let bits) where type == .float32: try store(UInt64(bits))
    case .fixed64(let bits) where type == .float64: try store(bits)
    case .bytes(let packed): try append(packed)
    case .fixed32, .fixed64: throw field.failure("elements of another type than \(type)")
    }
  }

  private mutating func append(_ packed: ByteSlice) throws {
    var reader = WireReader(packed)
    switch type {
    case .float32, .float64:
      guard packed.count % type.byteCount == 0 else { throw failure("data that end in the middle of an element") }
      for start in stride(from: packed.range.lowerBound, to: packed.range.upperBound, by: type.byteCount) {
        let bytes = packed.source.bytes
        try store(
          type == .float32
            ? UInt64(bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
            : bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
      }
    default:
      while reader.position < packed.range.upperBound { try store(try reader.varint()) }
    }
  }

  private mutating func store(_ bits: UInt64) throws {
    defer { count += 1 }
    guard count < capacity else { return }
    switch type {
    case .float32: set(UInt32(truncatingIfNeeded: bits))
    case .float64, .int64, .uint64: set(bits)
    // Negative numbers take ten bytes, sign and all; some writers store only the 32 bits.
    case .int32: set(UInt32(truncatingIfNeeded: bits))
    case .uint32: set(try narrowed(bits, to: UInt32.self))
    case .int16: set(try narrowed(signed: bits, to: Int16.self))
    case .int8: set(try narrowed(signed: bits, to: Int8.self))
    case .uint16, .float16, .bfloat16: set(try narrowed(bits, to: UInt16.self))
    case .bool: set(UInt8(bits == 0 ? 0 : 1))
    // Of elements that share bytes, the bytes are read.
    default: set(try narrowed(bits, to: UInt8.self))
    }
  }

  private func set<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
    tensor.bytes.storeBytes(of: number, toByteOffset: count * MemoryLayout<Number>.size, as: Number.self)
  }

  private func narrowed<Number: FixedWidthInteger>(_ bits: UInt64, to: Number.Type) throws -> Number {
    guard let number = Number(exactly: bits) else { throw failure("\(bits) is not a value of \(type)") }
    return number
  }

  private func narrowed<Number: FixedWidthInteger>(signed bits: UInt64, to: Number.Type) throws -> Number {
    let value = Int32(truncatingIfNeeded: bits)
    guard let number = Number(exactly: value) else { throw failure("\(value) is not a value of \(type)") }
    return number
  }
}
