/// The load scenarios of MLPerf Inference, by loadgen's names.
///
/// A query's latency counts from the time it was scheduled for, and its percentile p is the value at position floor(n p) of
/// the n latencies in ascending order. Source: Reddi et al., "MLPerf inference benchmark", ISCA 2020; mlcommons/inference.
public enum LoadScenario: String, Sendable, CaseIterable {
  /// The next query when the one before is answered; judged by the latency's 90th percentile.
  case singleStream = "SingleStream"
  /// Queries of several samples, one after another; judged by the 99th percentile of the queries' latencies.
  case multiStream = "MultiStream"
  /// A Poisson process; judged by the 99th percentile.
  case server = "Server"
  /// All samples at once; judged by samples per second.
  case offline = "Offline"

  /// `nil` where only the rate counts.
  public var percentile: Double? {
    switch self {
    case .singleStream: 0.9
    case .multiStream, .server: 0.99
    case .offline: nil
    }
  }
}

/// What the queries of one source under a load scenario came to.
public struct LoadTotals: Sendable {
  /// An index into `SystemModel.sources`.
  public var source: Int
  public var scenario: LoadScenario
  /// Answered queries that were scheduled inside the window.
  public var queries = 0
  /// At the scenario's percentile, in nanoseconds; `nil` where there is no query, or no percentile.
  public var latencyNanoseconds: Int64?
  /// (answered samples - 1) / the time from the window's beginning to the last answer; `nil` with fewer than two.
  public var samplesPerSecond: Double?

  init(source: Int, scenario: LoadScenario) {
    self.source = source
    self.scenario = scenario
  }
}

/// The queries of one source under a load scenario while it runs.
struct LoadRecord {
  let scenario: LoadScenario
  let source: Int
  var latencies: [Int64] = []
  var samples = 0
  var lastAnswer: Int64 = 0

  func totals(windowStart: Int64) -> LoadTotals {
    var totals = LoadTotals(source: source, scenario: scenario)
    totals.queries = latencies.count
    if let percentile = scenario.percentile, !latencies.isEmpty {
      let place = min(latencies.count - 1, Int((Double(latencies.count) * percentile).rounded(.down)))
      totals.latencyNanoseconds = latencies.sorted()[place]
    }
    if samples > 1, lastAnswer > windowStart {
      totals.samplesPerSecond = Double(samples - 1) / (Double(lastAnswer - windowStart) / 1e9)
    }
    return totals
  }
}
