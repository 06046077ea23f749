/// The counter-based generator Philox4x32-10: ten rounds of multiplication turn a counter into 128 random bits.
///
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public enum Philox {
  /// The block of a 128-bit counter under a 64-bit key, both as little-endian 32-bit words.
  ///
  /// `low` holds words 0 and 1 and `high` words 2 and 3 of the counter, and so do the halves of the result.
  @inlinable
  public static func block(low: UInt64, high: UInt64, key: UInt64) -> (low: UInt64, high: UInt64) {
    var x0 = low & 0xFFFF_FFFF
    var x1 = low >> 32
    var x2 = high & 0xFFFF_FFFF
    var x3 = high >> 32
    var k0 = UInt32(truncatingIfNeeded: key)
    var k1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let product0 = x0 &* 0xD251_1F53
      let product1 = x2 &* 0xCD9E_8D57
      x0 = (product1 >> 32) ^ x1 ^ UInt64(k0)
      x1 = product1 & 0xFFFF_FFFF
      x2 = (product0 >> 32) ^ x3 ^ UInt64(k1)
      x3 = product0 & 0xFFFF_FFFF
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (x0 | x1 << 32, x2 | x3 << 32)
  }
}
