/// A tensor as the bytes that cross from one partition to another.
///
/// Eight bytes of header (`OFLT`, version, element type, rank, 0), the sizes as little-endian 64-bit integers, then the
/// elements as they lie in memory.
public enum BoundaryCodec {
  private static let magic: [UInt8] = Array("OFLT".utf8)
  private static let version: UInt8 = 1

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
