/// How many observations of a series to leave out, so that the mean of the rest is least in doubt: the rule MSER-5.
///
/// Batches of five are left out from the front; d minimises the sum of squared deviations of the rest over its number squared.
/// Where the best d is half of the series, the series is too short. O(n).
/// Source: White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 1997; White,
/// Cobb, Spratt, "A comparison of five steady-state truncation heuristics for simulation", WSC 2000.
public struct WarmupEstimate: Sendable {
  /// Observations to leave out, a multiple of five.
  public let observations: Int
  /// Whether more may have to go than half of the series.
  public let isTooShort: Bool

  public init(_ values: [Double]) {
    let batches = stride(from: 0, to: values.count - values.count % 5, by: 5).map { start in
      values[start..<start + 5].reduce(0, +) / 5
    }
    guard batches.count >= 10 else {
      observations = 0
      isTooShort = true
      return
    }
    // From the back, by Welford's method: mean and sum of squared deviations of what is left.
    var (mean, squares) = (0.0, 0.0)
    var best = (cut: 0, value: Double.infinity)
    let limit = batches.count / 2
    for index in batches.indices.reversed() {
      let kept = Double(batches.count - index)
      let delta = batches[index] - mean
      mean += delta / kept
      squares += delta * (batches[index] - mean)
      if index <= limit, squares / (kept * kept) <= best.value { best = (index, squares / (kept * kept)) }
    }
    observations = 5 * best.cut
    isTooShort = best.cut == limit
  }
}
