import Foundation
import Inference

/// A protobuf message being written: small pieces as bytes, tensors and parts of other files as references, so that
/// weights are never copied.
package struct WireMessage: Sendable {
  enum Piece: Sendable {
    case bytes([UInt8])
    case tensor(Tensor)
    case slice(ByteSlice)

    /// Calls `body` with the bytes, wherever they are.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
      switch self {
      case .bytes(let bytes): try bytes.withUnsafeBytes(body)
      case .tensor(let tensor):
        try withExtendedLifetime(tensor.storage) {
          try body(UnsafeRawBufferPointer(start: tensor.bytes, count: tensor.byteCount))
        }
      case .slice(let slice): try withExtendedLifetime(slice.source) { try body(slice.bytes) }
      }
    }
  }

  /// The fewest bytes of another file that are referred to rather than copied.
  private static let smallestReference = 512

  private(set) var pieces: [Piece] = []
  package private(set) var byteCount = 0

  mutating func add(_ number: Int, int value: Int) {
    appendKey(number, wireType: 0)
    appendVarint(UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ number: Int, float value: Float) {
    appendKey(number, wireType: 5)
    append(withUnsafeBytes(of: value.bitPattern.littleEndian) { [UInt8]($0) })
  }

  mutating func add(_ number: Int, string value: String) {
    appendKey(number, wireType: 2)
    appendVarint(UInt64(value.utf8.count))
    append([UInt8](value.utf8))
  }

  /// An embedded message; its length takes `lengthWidth` bytes, if need be with leading zeros.
  mutating func add(_ number: Int, message: WireMessage, lengthWidth: Int = 1) {
    appendKey(number, wireType: 2)
    appendVarint(UInt64(message.byteCount), width: lengthWidth)
    append(message)
  }

  /// A field of bytes that are part of another file.
  mutating func add(_ number: Int, slice: ByteSlice) {
    appendKey(number, wireType: 2)
    appendVarint(UInt64(slice.count))
    append(slice)
  }

  /// Whole fields, keys and all.
  mutating func append(_ message: WireMessage) {
    for piece in message.pieces {
      switch piece {
      case .bytes(let bytes): append(bytes)
      case .tensor(let tensor): append(elementsOf: tensor)
      case .slice(let slice): append(slice)
      }
    }
  }

  /// Whole fields, keys and all, as they stand in another file.
  mutating func append(_ slice: ByteSlice) {
    guard slice.count >= Self.smallestReference else { return append([UInt8](slice.bytes)) }
    byteCount += slice.count
    pieces.append(.slice(slice))
  }

  /// The elements of a tensor as they lie in memory.
  mutating func add(_ number: Int, elementsOf tensor: Tensor) {
    appendKey(number, wireType: 2)
    appendVarint(UInt64(tensor.byteCount))
    append(elementsOf: tensor)
  }

  /// The whole message in memory.
  package func serialized() -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(byteCount)
    for piece in pieces { piece.withBytes { result += $0 } }
    return result
  }

  private mutating func appendKey(_ number: Int, wireType: UInt64) {
    appendVarint(UInt64(number) << 3 | wireType)
  }

  private mutating func appendVarint(_ value: UInt64, width: Int = 1) {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 || bytes.count + 1 < width {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
    append(bytes)
  }

  mutating func append(_ bytes: [UInt8]) {
    byteCount += bytes.count
    if case .bytes(var last) = pieces.last {
      pieces[pieces.count - 1] = .bytes([])
      last += bytes
      pieces[pieces.count - 1] = .bytes(last)
    } else {
      pieces.append(.bytes(bytes))
    }
  }

  private mutating func append(elementsOf tensor: Tensor) {
    byteCount += tensor.byteCount
    if tensor.byteCount > 0 { pieces.append(.tensor(tensor)) }
  }
}
