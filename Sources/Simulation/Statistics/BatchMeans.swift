/// How sure the mean of one long, correlated series is: the means of its equal consecutive batches, in bounded memory.
///
/// From 32 to 64 batches are kept: when there are 64, neighbours become one. What is left of the last batch counts for nothing.
/// Source: Law, "Simulation Modeling and Analysis", 5th edition, section 9.5.3 (batch means).
public struct BatchMeans: Sendable {
  private static let most = 64
  private static let fewest = 10
  /// Batches whose neighbours correlate more are too short.
  private static let correlationLimit = 0.2

  private var means: [Double] = []
  private var size = 1
  private var sum = 0.0
  private var count = 0

  public init() {}

  public mutating func add(_ value: Double) {
    sum += value
    count += 1
    if count == size { close() }
  }

  private mutating func close() {
    means.append(sum / Double(size))
    sum = 0
    count = 0
    guard means.count == Self.most else { return }
    means = Self.merged(means)
    size *= 2
  }

  /// The half width of the 95 % confidence interval of the mean; `nil` where the series is too short to tell.
  ///
  /// Neighbouring batches are merged until their means hardly correlate; with fewer than ten left there is no answer.
  public var halfWidth: Double? {
    var means = means
    while means.count >= Self.fewest {
      let n = Double(means.count)
      let mean = means.reduce(0, +) / n
      let deviations = means.map { $0 - mean }
      let squares = deviations.reduce(0) { $0 + $1 * $1 }
      guard squares > 0 else { return 0 }
      let products = zip(deviations, deviations.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
      if products / squares < Self.correlationLimit {
        return StudentT(degreesOfFreedom: means.count - 1).quantile(0.975) * (squares / (n - 1) / n).squareRoot()
      }
      means = Self.merged(means)
    }
    return nil
  }

  private static func merged(_ means: [Double]) -> [Double] {
    stride(from: 0, to: means.count - 1, by: 2).map { (means[$0] + means[$0 + 1]) / 2 }
  }
}
