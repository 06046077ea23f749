import Simulation

/// Exact quantiles of the latencies of a run's completed requests, model by model; 8 bytes a request.
///
/// The quantile q of n values in ascending order is the value at position q · (n − 1) counted from 0, linear between
/// neighbours: definition 7 of Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician
/// 1996, and the default of NumPy and R.
package struct LatencyQuantiles {
  private var nanoseconds: [[Int64]]

  package init(models: Int) { nanoseconds = Array(repeating: [], count: models) }

  package mutating func add(_ request: RequestRecord) {
    guard request.outcome.isAnswered else { return }
    nanoseconds[Int(request.model)].append(request.latency)
  }

  /// Sorts what was added; call it before the quantiles.
  package mutating func sort() {
    for model in nanoseconds.indices { nanoseconds[model].sort() }
  }

  /// The quantiles of one model, in nanoseconds; `nil` where nothing completed.
  package func quantiles(_ shares: [Double], ofModel model: Int) -> [Double?] {
    shares.map { Self.quantile($0, ofAscending: nanoseconds[model]) }
  }

  /// The quantiles over all models, in nanoseconds.
  package func quantilesOfAll(_ shares: [Double]) -> [Double?] {
    let used = nanoseconds.filter { !$0.isEmpty }
    let all = used.count == 1 ? used[0] : used.flatMap { $0 }.sorted()
    return shares.map { Self.quantile($0, ofAscending: all) }
  }

  package static func quantile(_ share: Double, ofAscending values: [Int64]) -> Double? {
    guard !values.isEmpty else { return nil }
    let position = share * Double(values.count - 1)
    let below = Int(position)
    let low = Double(values[below])
    guard below + 1 < values.count else { return low }
    return low + (position - Double(below)) * (Double(values[below + 1]) - low)
  }
}

extension QuantileSketch {
  /// A quantile by the same definition as the exact ones, from values that are right within the sketch's error.
  func interpolated(_ share: Double) -> Double? {
    guard count > 0 else { return nil }
    let position = share * Double(count - 1)
    let below = position.rounded(.down)
    // Half a rank less, so that rounding up cannot reach the next one.
    let ranks = [below, below + 1].map { quantile(($0 + 0.5) / Double(count)) }
    guard let low = ranks[0], let high = ranks[1] else { return nil }
    return low + (position - below) * (high - low)
  }
}
