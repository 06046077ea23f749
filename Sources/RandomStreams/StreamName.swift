/// 128 bits from the parts of a stream's name.
///
/// Two chains of FNV-1a and SplitMix64's finalizer: fixed by their definitions, so that a name means the same numbers on
/// every platform and in every version. Source: Fowler, Noll, Vo; Steele, Lea, Flood, "Fast splittable pseudorandom
/// number generators", OOPSLA 2014.
struct StreamName {
  private(set) var low: UInt64 = 0x243F_6A88_85A3_08D3
  private(set) var high: UInt64 = 0x1319_8A2E_0370_7344

  mutating func append(_ number: UInt64) {
    low = StreamName.mixed(low ^ number)
    high = StreamName.mixed(high &+ StreamName.mixed(number &+ 0x9E37_79B9_7F4A_7C15))
  }

  mutating func append(_ text: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    var length: UInt64 = 0
    for byte in text.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
      length += 1
    }
    append(hash)
    append(length)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
