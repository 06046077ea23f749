import Glibc

extension RandomStream {
  /// A number in [0, 1), a multiple of 2^-53.
  @inlinable
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in (0, 1): the middle of one of 2^52 equal intervals.
  @inlinable
  public mutating func openUniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// An exponentially distributed number of that mean.
  @inlinable
  public mutating func exponential(mean: Double) -> Double { -mean * log(openUniform()) }

  /// A whole number in 0..<n, all equally likely.
  ///
  /// `n` must be positive. Source: Lemire, "Fast random integer generation in an interval", ACM TOMACS 2019.
  @inlinable
  public mutating func integer(below n: Int) -> Int {
    precondition(n > 0, "an empty interval")
    let bound = UInt64(n)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// A normally distributed number of mean 0 and variance 1.
  ///
  /// Source: Box, Muller, "A note on the generation of random normal deviates", 1958.
  public mutating func normal() -> Double {
    let radius = (-2 * log(openUniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// A log-normally distributed number of mean 1 with the coefficient of variation `cv`.
  public mutating func lognormal(cv: Double) -> Double {
    let variance = log1p(cv * cv)
    return exp(variance.squareRoot() * normal() - variance / 2)
  }

  /// A gamma-distributed number of mean 1 with the coefficient of variation `cv`: shape 1 / cv^2, scale cv^2.
  ///
  /// Source: Marsaglia, Tsang, "A simple method for generating gamma variables", ACM TOMS 2000.
  public mutating func gamma(cv: Double) -> Double {
    guard cv > 0 else { return 1 }
    let shape = 1 / (cv * cv)
    // Below 1 the method needs the detour over shape + 1.
    guard shape < 1 else { return unscaledGamma(shape: shape) / shape }
    return unscaledGamma(shape: shape + 1) * pow(openUniform(), 1 / shape) / shape
  }

  private mutating func unscaledGamma(shape: Double) -> Double {
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let v = root * root * root
      if log(openUniform()) < x * x / 2 + d - d * v + d * log(v) { return d * v }
    }
  }
}
