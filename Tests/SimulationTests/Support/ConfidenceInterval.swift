/// A 99.9 % confidence interval of the mean of independent observations.
struct ConfidenceInterval {
  let mean: Double
  let halfWidth: Double

  /// Two-sided 0.1 % quantile of Student's t with 19 degrees of freedom.
  static let replications = 20
  private static let t = 3.883

  init(of values: [Double]) {
    precondition(values.count == Self.replications)
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    self.mean = mean
    halfWidth = Self.t * (variance / n).squareRoot()
  }

  func contains(_ value: Double) -> Bool { abs(value - mean) <= halfWidth }

  /// Narrow enough to tell the model from a wrong one.
  func isWithin(_ fraction: Double) -> Bool { halfWidth <= fraction * mean }
}
