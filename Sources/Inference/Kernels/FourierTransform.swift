import Foundation

/// Discrete Fourier transforms of one length, in double precision and O(n log n).
///
/// Powers of two by the radix-2 algorithm, other lengths as a convolution of such a length.
/// Source: Cooley, Tukey, 1965; Bluestein, "A linear filtering approach to the computation of DFT", 1970.
struct FourierTransform: Sendable {
  struct Complex: Sendable {
    var real: Double
    var imaginary: Double
    static func + (a: Complex, b: Complex) -> Complex {
      Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
    }
    static func - (a: Complex, b: Complex) -> Complex {
      Complex(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
    }
    static func * (a: Complex, b: Complex) -> Complex {
      Complex(
        real: a.real * b.real - a.imaginary * b.imaginary, imaginary: a.real * b.imaginary + a.imaginary * b.real)
    }
    var conjugate: Complex { Complex(real: real, imaginary: -imaginary) }

    /// `exp(-2 π i · numerator / denominator)`.
    static func root(_ numerator: Int, of denominator: Int) -> Complex {
      let angle = -2 * Double.pi * Double(numerator) / Double(denominator)
      return Complex(real: cos(angle), imaginary: sin(angle))
    }
  }

  let length: Int
  /// The power of two that is computed with.
  private let size: Int
  private let roots: [Complex]
  /// `exp(-π i n² / length)`; empty for a power of two.
  private let chirp: [Complex]
  private let filter: [Complex]

  /// `length` must be positive.
  init(length: Int) {
    self.length = length
    let isPower = length & (length - 1) == 0
    var size = 1
    while size < (isPower ? length : 2 * length - 1) { size *= 2 }
    self.size = size
    roots = (0..<max(1, size / 2)).map { Complex.root($0, of: size) }
    if isPower {
      (chirp, filter) = ([], [])
      return
    }
    // n² modulo 2 length keeps the angle small and exact.
    chirp = (0..<length).map { Complex.root($0 * $0 % (2 * length), of: 2 * length) }
    var filter = [Complex](repeating: Complex(real: 0, imaginary: 0), count: size)
    for index in 0..<length {
      filter[index] = chirp[index].conjugate
      filter[(size - index) % size] = chirp[index].conjugate
    }
    Self.transform(&filter, roots)
    self.filter = filter
  }

  /// The transform of `values`, which has `length` elements; inverse ones are divided by the length.
  func callAsFunction(_ values: [Complex], inverse: Bool = false) -> [Complex] {
    if inverse {
      let scale = 1 / Double(length)
      return callAsFunction(values.map(\.conjugate)).map {
        Complex(real: $0.real * scale, imaginary: -$0.imaginary * scale)
      }
    }
    if chirp.isEmpty {
      var result = values
      Self.transform(&result, roots)
      return result
    }
    var padded = [Complex](repeating: Complex(real: 0, imaginary: 0), count: size)
    for index in 0..<length { padded[index] = values[index] * chirp[index] }
    Self.transform(&padded, roots)
    for index in 0..<size { padded[index] = (padded[index] * filter[index]).conjugate }
    Self.transform(&padded, roots)
    let scale = 1 / Double(size)
    return (0..<length).map {
      let value = padded[$0].conjugate
      return Complex(real: value.real * scale, imaginary: value.imaginary * scale) * chirp[$0]
    }
  }

  private static func transform(_ values: inout [Complex], _ roots: [Complex]) {
    let size = values.count
    var reversed = 0
    for index in 1..<max(1, size) {
      var bit = size >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if index < reversed { values.swapAt(index, reversed) }
    }
    var half = 1
    while half < size {
      let step = size / (2 * half)
      for start in stride(from: 0, to: size, by: 2 * half) {
        for offset in 0..<half {
          let product = values[start + half + offset] * roots[offset * step]
          let even = values[start + offset]
          values[start + offset] = even + product
          values[start + half + offset] = even - product
        }
      }
      half *= 2
    }
  }
}
