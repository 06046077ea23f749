/// The shape in front of a coded tensor: its rank in a byte, then the sizes as little-endian 64-bit integers.
enum CodedShape {
  static func encode(_ shape: [Int]) -> [UInt8] {
    shape.reduce(into: [UInt8(shape.count)]) { bytes, size in
      withUnsafeBytes(of: Int64(size).littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  /// The shape, how many elements it has, and where it ends; throws `ExecutionError` where it makes no sense.
  static func decode(_ bytes: [UInt8]) throws -> (shape: [Int], count: Int, end: Int) {
    guard let rank = bytes.first, bytes.count >= 1 + 8 * Int(rank) else {
      throw ExecutionError("a coded tensor that breaks off")
    }
    let shape = (0..<Int(rank)).map { Int(bytes.integer64(at: 1 + 8 * $0)) }
    guard let count = try? checkedCount(shape) else { throw ExecutionError("a coded tensor of shape \(shape)") }
    return (shape, count, 1 + 8 * Int(rank))
  }
}

extension [UInt8] {
  func integer64(at offset: Int) -> Int64 {
    withUnsafeBytes { Int64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Int64.self)) }
  }

  func float(at offset: Int) -> Float {
    withUnsafeBytes {
      Float(bitPattern: UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
  }

  mutating func appendFloat(_ value: Float) {
    Swift.withUnsafeBytes(of: value.bitPattern.littleEndian) { append(contentsOf: $0) }
  }
}

/// A tensor in IEEE binary16; what is too large for it becomes the largest number that is not.
enum HalfTensor {
  static let largest: Float = 65_504

  static func encode(_ tensor: Tensor) -> [UInt8] {
    var bytes = CodedShape.encode(tensor.shape)
    for element in tensor.elements(as: Float.self) {
      let half = Float16(min(max(element, -largest), largest))
      withUnsafeBytes(of: half.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  static func decode(_ bytes: [UInt8]) throws -> Tensor {
    let (shape, count, start) = try CodedShape.decode(bytes)
    guard bytes.count - start == 2 * count else { throw ExecutionError("a half tensor of the wrong length") }
    return Tensor(
      shape: shape,
      bytes.withUnsafeBytes { raw in
        (0..<count).map {
          Float(
            Float16(
              bitPattern: UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: start + 2 * $0, as: UInt16.self))))
        }
      })
  }
}
