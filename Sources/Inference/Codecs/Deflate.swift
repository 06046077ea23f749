import CZlib

/// Bytes through zlib's deflate at level 1, the length in front as a little-endian 64-bit integer.
enum Deflate {
  static func pack(_ bytes: [UInt8]) throws -> [UInt8] {
    var length = compressBound(uLong(bytes.count))
    var packed = [UInt8](repeating: 0, count: Int(length))
    guard compress2(&packed, &length, bytes, uLong(bytes.count), 1) == Z_OK else {
      throw ExecutionError("zlib cannot compress \(bytes.count) bytes")
    }
    var result: [UInt8] = []
    withUnsafeBytes(of: Int64(bytes.count).littleEndian) { result.append(contentsOf: $0) }
    return result + packed[..<Int(length)]
  }

  /// Throws `ExecutionError` unless the bytes are whole.
  static func unpack(_ packed: [UInt8]) throws -> [UInt8] {
    guard packed.count >= 8 else { throw ExecutionError("compressed bytes that break off") }
    let length = packed.integer64(at: 0)
    // Deflate makes at most 1,032 bytes of one.
    guard length >= 0, length <= Int64(packed.count) * 1032 else {
      throw ExecutionError("compressed bytes of an impossible length")
    }
    var bytes = [UInt8](repeating: 0, count: Int(length))
    var size = uLong(length)
    let body = Array(packed[8...])
    guard uncompress(&bytes, &size, body, uLong(body.count)) == Z_OK, size == uLong(length) else {
      throw ExecutionError("these bytes are no zlib stream")
    }
    return bytes
  }
}
