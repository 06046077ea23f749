/// A tensor as the bytes that cross from one partition to another.
///
/// Eight bytes of header (`OFLT`, version, element type, rank, 0), the sizes as little-endian 64-bit integers, then the
/// elements as they lie in memory.
public enum BoundaryCodec {
  private static let magic: [UInt8] = Array("OFLT".utf8)
  private static let version: UInt8 = 1

  private static let sequenceMagic: [UInt8] = Array("OFLS".utf8)

  /// A tensor as itself; a sequence as `OFLS`, version, 0, 0, 0, then for each tensor its length in bytes (a
  /// little-endian 64-bit integer) and the tensor; an empty optional as `OFLS`, version, 1, 0, 0.
  public static func encode(_ value: ExecutionValue) -> [UInt8] {
    switch value {
    case .tensor(let tensor): return encode(tensor)
    case .absent: return sequenceMagic + [version, 1, 0, 0]
    case .sequence(let tensors):
      return tensors.reduce(into: sequenceMagic + [version, 0, 0, 0]) { bytes, tensor in
        let encoded = encode(tensor)
        withUnsafeBytes(of: Int64(encoded.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += encoded
      }
    }
  }

  /// Throws `ExecutionError` unless the bytes are one whole value.
  public static func decodeValue(_ bytes: [UInt8]) throws -> ExecutionValue {
    guard bytes.starts(with: sequenceMagic) else { return .tensor(try decode(bytes)) }
    guard bytes.count >= 8, bytes[4] == version, bytes[5] <= 1, bytes[5] == 0 || bytes.count == 8 else {
      throw ExecutionError("these bytes are not a sequence")
    }
    if bytes[5] == 1 { return .absent }
    var tensors: [Tensor] = []
    var start = 8
    while start < bytes.count {
      guard bytes.count - start >= 8 else { throw ExecutionError("a sequence that breaks off") }
      let length = bytes.withUnsafeBytes {
        Int(Int64(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Int64.self)))
      }
      start += 8
      guard length >= 0, length <= bytes.count - start else { throw ExecutionError("a sequence that breaks off") }
      tensors.append(try decode(Array(bytes[start..<start + length])))
      start += length
    }
    return .sequence(tensors)
  }

  public static func encode(_ tensor: Tensor) -> [UInt8] {
    var bytes = magic + [version, UInt8(tensor.elementType.rawValue), UInt8(tensor.shape.count), 0]
    bytes.reserveCapacity(bytes.count + 8 * tensor.shape.count + tensor.byteCount)
    for size in tensor.shape { withUnsafeBytes(of: Int64(size).littleEndian) { bytes.append(contentsOf: $0) } }
    withExtendedLifetime(tensor.storage) {
      bytes.append(contentsOf: UnsafeRawBufferPointer(start: tensor.bytes, count: tensor.byteCount))
    }
    return bytes
  }

  /// Throws `ExecutionError` unless the bytes are one whole tensor.
  public static func decode(_ bytes: [UInt8]) throws -> Tensor {
    guard bytes.count >= 8, bytes.starts(with: magic), bytes[4] == version,
      let type = ElementType(rawValue: Int(bytes[5])), bytes.count >= 8 + 8 * Int(bytes[6])
    else { throw ExecutionError("these bytes are not a tensor") }
    let start = 8 + 8 * Int(bytes[6])
    let shape = bytes.withUnsafeBytes { raw in
      (0..<Int(bytes[6])).map {
        Int(Int64(littleEndian: raw.loadUnaligned(fromByteOffset: 8 + 8 * $0, as: Int64.self)))
      }
    }
    guard let count = try? checkedCount(shape), bytes.count - start == count * type.byteCount else {
      throw ExecutionError("\(bytes.count - start) bytes for a tensor \(type)\(shape)")
    }
    let tensor = Tensor(zeros: type, shape: shape)
    bytes.withUnsafeBytes { raw in
      if let base = raw.baseAddress { tensor.bytes.copyMemory(from: base + start, byteCount: tensor.byteCount) }
    }
    return tensor
  }
}
