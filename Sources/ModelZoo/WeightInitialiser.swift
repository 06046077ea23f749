import Inference

/// How the elements of a weight tensor are distributed.
enum WeightDistribution {
  /// Nearly normal: the sum of four uniform variables, at most 2√3 standard deviations from the mean.
  case normal(mean: Float = 0, deviation: Float)
  case uniform(low: Float, high: Float)
}

/// Fills weight tensors with seeded random numbers, straight into their storage.
///
/// Each tensor has a stream of its own, keyed by seed, network and parameter name, and each element depends only on
/// its index there: no weight depends on the order in which tensors are made.
struct WeightInitialiser: Sendable {
  let seed: UInt64
  let network: String
  /// Whether to write the weights at all, or leave zero pages that cost nothing.
  let generates: Bool

  func tensor(_ name: String, _ shape: [Int], _ distribution: WeightDistribution) -> Tensor {
    let tensor = Tensor(zeros: .float32, shape: shape)
    if generates {
      let stream = WeightStream(key: Self.key(seed, network, name))
      withExtendedLifetime(tensor.storage) {
        stream.fill(UnsafeMutableBufferPointer(start: tensor.floats, count: tensor.elementCount), distribution)
      }
    }
    return tensor
  }

  /// FNV-1a over the seed and both names, each closed by a byte that no UTF-8 text contains.
  static func key(_ seed: UInt64, _ network: String, _ parameter: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func absorb(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    for shift in stride(from: 0, to: 64, by: 8) { absorb(UInt8(truncatingIfNeeded: seed >> UInt64(shift))) }
    for text in [network, parameter] {
      for byte in text.utf8 { absorb(byte) }
      absorb(0xff)
    }
    return hash
  }
}

/// A counter-based stream: word `i` is the SplitMix64 finaliser of `key + (i + 1) γ`, and gives four elements.
///
/// Source: Steele, Lea & Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
struct WeightStream {
  let key: UInt64

  /// Writes elements `0..<buffer.count` of the stream.
  func fill(_ buffer: UnsafeMutableBufferPointer<Float>, _ distribution: WeightDistribution) {
    switch distribution {
    case .normal(let mean, let deviation):
      // Four 16-bit uniforms, variance (2^32 - 1) / 12 each, have a sum of this deviation.
      let scale = deviation / 37_837.227
      fill(buffer) { Self.orthogonalSums(of: $0) * scale + mean }
    case .uniform(let low, let high):
      let scale = (high - low) / 65_536
      fill(buffer) { (Self.lanes(of: $0) + 0.5) * scale + low }
    }
  }

  /// Writes the four elements that `make` draws from each word.
  @inline(__always)
  private func fill(_ buffer: UnsafeMutableBufferPointer<Float>, _ make: (UInt64) -> SIMD4<Float>) {
    let words = buffer.count / 4
    guard let base = buffer.baseAddress else { return }
    for index in 0..<words {
      UnsafeMutableRawPointer(base + 4 * index).storeBytes(of: make(word(index)), as: SIMD4<Float>.self)
    }
    let rest = make(word(words))
    for index in 4 * words..<buffer.count { buffer[index] = rest[index - 4 * words] }
  }

  /// 64 random bits, a function of key and index alone.
  @inline(__always)
  func word(_ index: Int) -> UInt64 {
    var word = key &+ (UInt64(truncatingIfNeeded: index) &+ 1) &* 0x9e37_79b9_7f4a_7c15
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }

  /// The four 16-bit parts of a word.
  @inline(__always)
  private static func lanes(of word: UInt64) -> SIMD4<Float> {
    SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: unsafeBitCast(word, to: SIMD4<UInt16>.self)))
  }

  /// The four sums of a word's centred parts under the signs of a Hadamard matrix: nearly normal and uncorrelated.
  ///
  /// One word thus gives four elements. They are not independent (their squares add up to a bounded number), which
  /// weights don't need.
  @inline(__always)
  private static func orthogonalSums(of word: UInt64) -> SIMD4<Float> {
    let u = lanes(of: word) - 32_767.5
    let (sum, difference) = (u.lowHalf + u.highHalf, u.lowHalf - u.highHalf)
    return SIMD4(sum.x + sum.y, sum.x - sum.y, difference.x + difference.y, difference.x - difference.y)
  }
}
