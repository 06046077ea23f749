/// The SHA-256 digest of bytes.
///
/// Source: NIST FIPS 180-4.
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var block: [UInt8] = []
  private var length: UInt64 = 0

  public init() { block.reserveCapacity(64) }

  /// The digest of a text's UTF-8 in lower-case hexadecimal.
  public static func hexDigest(of text: String) -> String {
    var hash = SHA256()
    hash.update(Array(text.utf8).span.bytes)
    return hash.hexDigest()
  }

  public mutating func update(_ bytes: RawSpan) {
    length += UInt64(bytes.byteCount)
    for offset in bytes.byteOffsets {
      block.append(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
      if block.count == 64 { compress() }
    }
  }

  /// The digest of everything so far in lower-case hexadecimal; 64 digits.
  public func hexDigest() -> String {
    var last = self
    last.block.append(0x80)
    if last.block.count == 64 { last.compress() }
    while last.block.count != 56 {
      last.block.append(0)
      if last.block.count == 64 { last.compress() }
    }
    for shift in stride(from: 56, through: 0, by: -8) {
      last.block.append(UInt8(truncatingIfNeeded: (length * 8) >> UInt64(shift)))
    }
    last.compress()
    let digits = Array("0123456789abcdef")
    return String(
      last.state.flatMap { word in
        stride(from: 28, through: 0, by: -4).map { digits[Int((word >> UInt32($0)) & 15)] }
      })
  }

  private mutating func compress() {
    var schedule = [UInt32](repeating: 0, count: 64)
    for i in 0..<16 {
      for byte in block[4 * i..<4 * i + 4] { schedule[i] = schedule[i] << 8 | UInt32(byte) }
    }
    for i in 16..<64 {
      let a = schedule[i - 15]
      let b = schedule[i - 2]
      let mixedA = rotated(a, 7) ^ rotated(a, 18) ^ (a >> 3)
      let mixedB = rotated(b, 17) ^ rotated(b, 19) ^ (b >> 10)
      schedule[i] = schedule[i - 16] &+ mixedA &+ schedule[i - 7] &+ mixedB
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for i in 0..<64 {
      let mixedE = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let first = h &+ mixedE &+ ((e & f) ^ (~e & g)) &+ Self.constants[i] &+ schedule[i]
      let mixedA = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let second = mixedA &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    let last = [a, b, c, d, e, f, g, h]
    for i in 0..<8 { state[i] = state[i] &+ last[i] }
    block.removeAll(keepingCapacity: true)
  }

  private func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }

  private static let constants: [UInt32] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  ]
}
