import Simulation

/// The mean of differences between runs that saw the same random numbers, with its confidence interval.
public struct PairedDifference: Sendable, Hashable {
  /// How many pairs there were.
  public let pairs: Int
  public let mean: Double
  /// Half the width of the 95 % confidence interval; `nil` with a single pair, which says nothing about the spread.
  public let halfWidth: Double?

  /// `nil` where there is no pair.
  ///
  /// The interval is mean ± t(0.975, n − 1) · s / √n: it supposes differences that are independent and about normal.
  /// Source: Law, "Simulation Modeling and Analysis", 5th edition, section 10.2.1 (paired-t confidence interval).
  public init?(_ differences: [Double]) {
    guard !differences.isEmpty else { return nil }
    let n = Double(differences.count)
    let mean = differences.reduce(0, +) / n
    pairs = differences.count
    self.mean = mean
    guard differences.count > 1 else {
      halfWidth = nil
      return
    }
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let quantile = StudentT(degreesOfFreedom: differences.count - 1).quantile(0.975)
    halfWidth = quantile * (squares / (n - 1) / n).squareRoot()
  }

  public var interval: ClosedRange<Double>? { halfWidth.map { mean - $0...mean + $0 } }
}
