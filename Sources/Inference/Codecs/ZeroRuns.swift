/// Bytes with runs of zeros counted: a zero is followed by the number of zeros less one, up to 256 of them.
///
/// The length stands in front as a little-endian 64-bit integer.
enum ZeroRuns {
  static func pack(_ bytes: [UInt8]) -> [UInt8] {
    var packed: [UInt8] = []
    packed.reserveCapacity(bytes.count / 2)
    withUnsafeBytes(of: Int64(bytes.count).littleEndian) { packed.append(contentsOf: $0) }
    var index = 0
    while index < bytes.count {
      packed.append(bytes[index])
      guard bytes[index] == 0 else {
        index += 1
        continue
      }
      var end = index + 1
      while end < bytes.count, bytes[end] == 0, end - index < 256 { end += 1 }
      packed.append(UInt8(end - index - 1))
      index = end
    }
    return packed
  }

  /// Throws `ExecutionError` unless the bytes are whole.
  static func unpack(_ packed: ArraySlice<UInt8>) throws -> [UInt8] {
    guard packed.count >= 8 else { throw ExecutionError("packed bytes that break off") }
    let length = Array(packed.prefix(8)).integer64(at: 0)
    // A run of two bytes stands for 256 at most.
    guard length >= 0, length <= Int64(packed.count) * 128 else {
      throw ExecutionError("packed bytes of an impossible length")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(length))
    var index = packed.startIndex + 8
    while index < packed.endIndex {
      let byte = packed[index]
      index += 1
      guard byte == 0 else {
        bytes.append(byte)
        continue
      }
      guard index < packed.endIndex else { throw ExecutionError("packed bytes that break off") }
      for _ in 0...packed[index] { bytes.append(0) }
      index += 1
    }
    guard bytes.count == length else { throw ExecutionError("packed bytes of the wrong length") }
    return bytes
  }
}
