import Foundation
import Scenarios
import Simulation

/// The warm-up of a scenario that leaves it to be found.
struct Warmup {
  let nanoseconds: Int64
  /// What a reader has to know.
  let note: String

  /// Simulates the first replication under every policy from an empty system, and takes the longest warm-up that MSER-5
  /// finds in the latencies by order of arrival: all runs must be measured alike.
  init(_ system: ScenarioSystem, shouldStop: () -> Bool) throws {
    var (longest, isTooShort): (Int64, Bool) = (0, false)
    for policy in system.scenario.policies where !shouldStop() {
      var model = system.system(under: policy, replication: 0)
      model.warmupNanoseconds = 0
      var sink = LatencySeries()
      _ = try Simulator(model).run(into: &sink, shouldStop: shouldStop)
      let series = sink.requests.sorted { $0.sequence < $1.sequence }
      let estimate = WarmupEstimate(series.map { Double($0.latency) })
      isTooShort = isTooShort || estimate.isTooShort
      if estimate.observations < series.count { longest = max(longest, series[estimate.observations].arrival) }
    }
    nanoseconds = min(longest, .nanoseconds(system.scenario.durationSeconds * 1e9) - 1)
    let seconds = (Double(nanoseconds) / 1e9).formatted(.number.precision(.significantDigits(4)).grouping(.never))
    note =
      isTooShort
      ? "the run is too short to find its warm-up: MSER-5 would leave out half of it or more; \(seconds) s are left out"
      : "warm-up found by MSER-5: \(seconds) s"
  }
}

/// Keeps when requests came and how long they took.
private struct LatencySeries: RequestSink {
  var requests: [(sequence: Int64, arrival: Int64, latency: Int64)] = []

  mutating func record(_ request: RequestRecord) {
    if request.outcome.isAnswered { requests.append((request.sequence, request.arrival, request.latency)) }
  }
}
