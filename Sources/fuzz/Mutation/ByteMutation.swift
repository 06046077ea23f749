import RandomStreams

/// Damage that knows nothing of formats: flipped bits, other bytes, pieces cut out, doubled or cut off.
enum ByteMutation {
  static func apply(to bytes: inout [UInt8], _ random: inout RandomStream) {
    for _ in 0...random.below(3) {
      guard !bytes.isEmpty else { return }
      let place = random.below(bytes.count)
      switch random.below(6) {
      case 0: bytes[place] ^= 1 << UInt8(random.below(8))
      case 1: bytes[place] = UInt8(random.below(256))
      case 2: bytes.removeSubrange(place...)
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(16)))
      case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + random.below(64))], at: place)
      default: bytes.replaceSubrange(place..<place + 1, with: [UInt8](repeating: 0xFF, count: 1 + random.below(10)))
      }
    }
  }

  /// Whole numbers at which something may change.
  static func number(_ random: inout RandomStream) -> Int {
    switch random.below(4) {
    case 0: random.below(9) - 2
    case 1: random.pick([-1, 0, 1, 16, 64, 255, 256, 1000, 65_535, 65_536])
    case 2: random.pick([Int.min, Int.max, 1 << 31, 1 << 31 - 1, -(1 << 31), 1 << 32, 1 << 40, 1 << 62, Int.min + 1])
    default: (random.chance(50) ? 1 : -1) << random.below(63)
    }
  }
}
