import Simulation

/// What the requests of a run (of one model, or of all) amount to: the figures that the views average over replications.
///
/// Where no request completed, means and quantiles are NULL, never 0.
struct RunMetrics: Sendable {
  var run: Int64 = 0
  /// `nil` for the row over all models.
  var model: Int64?
  var totals: ModelTotals
  /// Latency quantiles in nanoseconds.
  var p50: Double?
  var p95: Double?
  var p99: Double?
  /// The length of the measured window.
  var windowSeconds: Double
  /// The share of answers that were right; `nil` where nothing was evaluated.
  var accuracy: Double?
  /// In nanoseconds; only of the row over all models.
  var latencyHalfWidth: Double?

  /// Per completed request.
  func mean(_ sum: Double) -> Double? { totals.completed > 0 ? sum / Double(totals.completed) : nil }

  /// Per request that arrived, whatever became of it.
  func perRequest(_ sum: Double) -> Double? { totals.requests > 0 ? sum / Double(totals.requests) : nil }

  func meanMilliseconds(_ nanoseconds: Int64) -> Double? { mean(Double(nanoseconds) / 1e6) }

  static let halfWidth = Column<RunMetrics>.optionalReal(
    "latency_half_width_ms",
    "of the 95 % confidence interval of latency_mean_ms from this run alone (batch means); NULL if it is too short"
  ) { $0.latencyHalfWidth.map { $0 / 1e6 } }

  /// Every column that is a figure, in order; the views and `compare` take theirs from here.
  static let columns: [Column<RunMetrics>] = counts + latency + costs + failures + parts

  private static let counts: [Column<RunMetrics>] = [
    .integer("requests", "arrived in the measured window") { Int64($0.totals.requests) },
    .integer("completed", "of these, answered") { Int64($0.totals.completed) },
    .integer("dropped", "of these, turned away") { Int64($0.totals.dropped) },
    .integer("unfinished", "of these, still in flight at the end") { Int64($0.totals.unfinished) },
    .integer("depleted", "of these, ended by an empty battery") { Int64($0.totals.depleted) },
    .integer("deadline_missed", "of these, later than their deadline") { Int64($0.totals.deadlineMissed) },
  ]

  private static let latency: [Column<RunMetrics>] = [
    .optionalReal("latency_mean_ms", "arrival to end, completed requests") {
      $0.meanMilliseconds($0.totals.sums.partsTotal + $0.totals.extras.retry)
    },
    .optionalReal("latency_p50_ms", "median latency") { $0.p50.map { $0 / 1e6 } },
    .optionalReal("latency_p95_ms", "95 % quantile") { $0.p95.map { $0 / 1e6 } },
    .optionalReal("latency_p99_ms", "99 % quantile") { $0.p99.map { $0 / 1e6 } },
  ]

  private static let costs: [Column<RunMetrics>] = [
    .optionalReal("uplink_bytes_per_request", "over the device's own link, per completed request") {
      $0.mean(Double($0.totals.sums.bytesUp))
    },
    .optionalReal("downlink_bytes_per_request", "over the device's own link, per completed request") {
      $0.mean(Double($0.totals.sums.bytesDown))
    },
    .optionalReal("device_energy_j_per_request", "the device's joules booked to a completed request") {
      $0.mean($0.totals.sums.deviceJoules)
    },
    .optionalReal("total_energy_j_per_request", "with the service on all other nodes, and the links' own") {
      $0.mean($0.totals.sums.totalJoules + $0.totals.extras.linkJoules)
    },
    .real("throughput_per_s", "completions inside the measured window / its length") {
      $0.windowSeconds > 0 ? Double($0.totals.completionsInWindow) / $0.windowSeconds : 0
    },
    .optionalReal(
      "regret_mean_ms", "what placements take alone above the clairvoyant plan's, per completed request"
    ) { metrics in metrics.totals.regretNanoseconds.flatMap { metrics.meanMilliseconds($0) } },
    .optionalReal("accuracy", "share of right answers; NULL where nothing was evaluated") { $0.accuracy },
  ]

  /// Of requests whose attempts may fail.
  private static let failures: [Column<RunMetrics>] = [
    .integer("fell_back", "of the completed, answered by the device itself after others had failed") {
      Int64($0.totals.extras.fellBack)
    },
    .integer("timed_out", "not answered: the last attempt took too long") { Int64($0.totals.extras.timedOut) },
    .integer("lost", "not answered: the last attempt was lost, and known to be") { Int64($0.totals.extras.lost) },
    .optionalReal("attempts_per_request", "1 and the retries") {
      $0.perRequest(Double(max($0.totals.extras.attempts, Int64($0.totals.requests))))
    },
    .optionalReal("timeouts_per_request", "attempts that took too long") {
      $0.perRequest(Double($0.totals.extras.timeouts))
    },
    .optionalReal("wasted_ms_per_request", "machines' time for failed attempts, per request of any outcome") {
      $0.perRequest(Double($0.totals.extras.wasted) / 1e6)
    },
    .optionalReal("wasted_bytes_per_request", "bytes over the device's own link for failed attempts") {
      $0.perRequest(Double($0.totals.extras.wastedBytes))
    },
    .optionalReal("wasted_energy_j_per_request", "joules of all machines and links for failed attempts") {
      $0.perRequest($0.totals.extras.wastedJoules)
    },
  ]

  /// These add up to `latency_mean_ms`.
  static let parts: [Column<RunMetrics>] = [
    .optionalReal("device_compute_ms", "computing on the device") { $0.meanMilliseconds($0.totals.sums.deviceCompute) },
    .optionalReal("device_queue_ms", "waiting for the device") { $0.meanMilliseconds($0.totals.sums.deviceQueue) },
    .optionalReal("serialize_ms", "(de)serialising at both ends") { $0.meanMilliseconds($0.totals.sums.serialize) },
    .optionalReal("uplink_ms", "waiting for, sending and propagation of what went up") {
      $0.meanMilliseconds($0.totals.sums.uplink)
    },
    .optionalReal("edge_compute_ms", "computing on edge nodes") { $0.meanMilliseconds($0.totals.sums.edgeCompute) },
    .optionalReal("edge_queue_ms", "waiting for edge nodes") { $0.meanMilliseconds($0.totals.sums.edgeQueue) },
    .optionalReal("cloud_compute_ms", "computing in the cloud") { $0.meanMilliseconds($0.totals.sums.cloudCompute) },
    .optionalReal("cloud_queue_ms", "waiting for the cloud") { $0.meanMilliseconds($0.totals.sums.cloudQueue) },
    .optionalReal("downlink_ms", "waiting for, sending and propagation of what came down") {
      $0.meanMilliseconds($0.totals.sums.downlink)
    },
    .optionalReal("retry_ms", "failed attempts and the waits after them") {
      $0.meanMilliseconds($0.totals.extras.retry)
    },
  ]
}

extension RequestRecord {
  /// The sum of the parts of the time, in nanoseconds: the latency, also of a record that accumulates others.
  var partsTotal: Int64 {
    deviceCompute + deviceQueue + serialize + uplink + edgeCompute + edgeQueue + cloudCompute + cloudQueue + downlink
  }
}

extension ModelTotals {
  /// Adds the counts, sums and quantiles of another source.
  mutating func accumulate(_ other: ModelTotals) {
    requests += other.requests
    completed += other.completed
    dropped += other.dropped
    unfinished += other.unfinished
    depleted += other.depleted
    deadlineMissed += other.deadlineMissed
    if let accuracy = other.accuracy, other.completed > 0 {
      let (own, others) = (Double(completed - other.completed), Double(other.completed))
      self.accuracy = ((self.accuracy ?? accuracy) * own + accuracy * others) / (own + others)
    }
    completionsInWindow += other.completionsInWindow
    if let regret = other.regretNanoseconds { regretNanoseconds = (regretNanoseconds ?? 0) &+ regret }
    sums.addParts(of: other.sums)
    sums.addUse(of: other.sums)
    latencyQuantiles.merge(other.latencyQuantiles)
    extras.accumulate(other.extras)
  }
}
