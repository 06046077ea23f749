import Results
import StrictJSON

/// Policies side by side, from one or more results files.
public struct Comparison: Sendable {
  /// One figure of one policy.
  public struct Row: Sendable {
    public let scenario: String
    public let metric: String
    /// The policy's label, with the file where several files have the same.
    public let policy: String
    /// What it may know: `clairvoyant`, `profiled`, `estimating` or `blind`.
    public let informationClass: String
    /// How many replications have the figure.
    public let replications: Int
    /// Over replications; `nil` where none has the figure, as the latency where nothing completed.
    public let mean: Double?
    /// The baseline's mean over its replications; `nil` for the baseline itself.
    public let baselineMean: Double?
    /// To the baseline, over replications that share their random numbers; `nil` for the baseline itself.
    public let difference: PairedDifference?
  }

  /// By scenario, then metric, then policy, in the order of the files.
  public let rows: [Row]
  /// The baseline of each scenario.
  public let baselines: [(scenario: String, policy: String)]
  /// What a reader has to know, such as replications that were left out.
  public let notes: [String]

  /// What is compared where nothing else is asked for.
  public static let usualMetrics = [
    "latency_mean_ms", "latency_p95_ms", "deadline_missed", "uplink_bytes_per_request", "device_energy_j_per_request",
    "total_energy_j_per_request", "throughput_per_s", "regret_mean_ms",
  ]

  /// Compares the finished runs of results files.
  ///
  /// Without a baseline the first policy of each scenario is it. Throws `InputError` for a file that cannot be read or
  /// has no finished run, and for an unknown metric or policy.
  public init(of files: [String], baseline: String? = nil, metrics: [String] = []) throws {
    let unknown = metrics.filter { !ResultsReader.metrics.contains($0) }
    guard unknown.isEmpty else {
      throw InputError(unknown.map { Self.unknown("metric", $0, among: ResultsReader.metrics) })
    }
    let scenarios = try ScenarioRuns.read(files)
    let policies = scenarios.flatMap { $0.policies }
    if let baseline, !policies.contains(where: { $0.isNamed(baseline) }) {
      throw InputError([Self.unknown("policy", baseline, among: policies.map(\.label).uniqued)])
    }
    var rows: [Row] = []
    var baselines: [(scenario: String, policy: String)] = []
    var notes: [String] = []
    for scenario in scenarios {
      let reference: PolicyRuns? =
        if let baseline {
          scenario.policies.first { $0.isNamed(baseline) }
        } else {
          scenario.policies.first
        }
      if let reference { baselines.append((scenario.name, reference.label)) }
      for metric in metrics.isEmpty ? Self.usualMetrics : metrics {
        rows += scenario.policies.map { $0.row(metric, scenario: scenario.name, baseline: reference) }
      }
      notes += scenario.notes(baseline: reference)
    }
    self.rows = rows
    self.baselines = baselines
    self.notes = notes
  }

  private static func unknown(_ kind: String, _ name: String, among known: [String]) -> Diagnostic {
    let nearest = known.nearest(to: name, within: 3)
    let list = known.map(\.printable).joined(separator: ", ")
    return Diagnostic(
      "unknown \(kind) '\(name.printable)'" + (nearest == nil ? " (known: \(list))" : ""), suggestion: nearest)
  }
}

extension [String] {
  /// Each element once, at its first place.
  fileprivate var uniqued: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
