import Simulation

/// Stops replicating once the mean latency of every policy is known well enough.
///
/// The half width h of the 95 % interval over replications and the mean m must satisfy h / m <= g / (1 + g), so that the
/// relative error is at most g with that confidence. All policies have the same replications, so that they stay paired.
/// Source: Law, "Simulation Modeling and Analysis", 5th edition, section 9.4.1 (the sequential procedure).
struct Precision {
  static let fewestReplications = 10

  let relative: Double
  let cap: Int
  /// By policy: the mean latency of each replication, `nil` where nothing completed.
  private var means: [[Double?]]

  init(relative: Double, cap: Int, policies: Int) {
    self.relative = relative
    self.cap = cap
    means = Array(repeating: [], count: policies)
  }

  mutating func add(_ result: ReplicationResult, policy: Int) {
    let completed = result.models.reduce(0) { $0 + $1.completed }
    let sum = result.models.reduce(0.0) { $0 + $1.latencyMeanNanoseconds * Double($1.completed) }
    means[policy].append(completed > 0 ? sum / Double(completed) : nil)
  }

  /// How many replications there should be in all: as many as there are where that suffices, or may not be more.
  ///
  /// From the spread so far, but at most twice as many: the same whatever runs at the same time.
  var wanted: Int {
    let count = means.map(\.count).max() ?? 0
    let needed = means.map { Self.needed($0, target: relative / (1 + relative)) }.max() ?? count
    return min(cap, min(2 * count, max(count, needed)))
  }

  /// The policies whose mean is not known well enough.
  func unsettled() -> [Int] {
    means.indices.filter { Self.needed(means[$0], target: relative / (1 + relative)) > means[$0].count }
  }

  private static func needed(_ values: [Double?], target: Double) -> Int {
    let known = values.compactMap { $0 }
    guard known.count >= 2 else { return known.isEmpty ? values.count : values.count + 1 }
    let n = Double(known.count)
    let mean = known.reduce(0, +) / n
    let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let halfWidth = StudentT(degreesOfFreedom: known.count - 1).quantile(0.975) * (squares / (n - 1) / n).squareRoot()
    guard halfWidth > target * abs(mean) else { return values.count }
    let ratio = halfWidth / (target * abs(mean))
    return max(values.count + 1, Int(min((Double(values.count) * ratio * ratio).rounded(.up), 1e9)))
  }
}
