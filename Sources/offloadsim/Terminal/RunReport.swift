import Experiments
import Foundation
import Results
import Scenarios
import StrictJSON

/// What a run came to, for people and for programs, from the results file that was just written.
struct RunReport {
  private let policies: [SummaryRow]
  private let placements: [SummaryRow]
  private let links: [SummaryRow]
  private let nodes: [SummaryRow]
  private let path: String
  private let outcome: Experiment.Outcome
  private let scenario: Scenario
  private let seconds: Double

  init(
    _ reader: ResultsReader, path: String, outcome: Experiment.Outcome, scenario: Scenario, seconds: Double
  ) throws {
    policies = try reader.rows(of: .policySummary)
    placements = try reader.rows(of: .placementSummary)
    links = try reader.rows(of: .linkSummary)
    nodes = try reader.rows(of: .nodeSummary)
    self.path = path
    self.outcome = outcome
    self.scenario = scenario
    self.seconds = seconds
  }

  func printText(colored: Bool) throws {
    let severalModels = Set(policies.map { $0.text("model") }).count > 1
    Console.print(headline)
    Console.print("")
    var table = TextTable(
      ["policy"] + (severalModels ? ["model"] : []) + [
        "cut after", "mean ms", "p95 ms", "kB up", "device J", "total J", "missed", "plan vs optimum", "regret ms",
        "knows",
      ])
    for row in policies {
      let gap = gap(of: row)
      table.add(
        [.text(row.policy, style: .bold)] + (severalModels ? [.text(row.text("model"))] : []) + [
          .text(cut(of: row)), .number(row.number("latency_mean_ms")), .number(row.number("latency_p95_ms")),
          .number(row.number("uplink_bytes_per_request").map { $0 / 1000 }),
          .number(row.number("device_energy_j_per_request"), digits: 3),
          .number(row.number("total_energy_j_per_request"), digits: 3), .text(missed(row)),
          .text(gap.map(Self.percent) ?? "", style: (gap ?? 1) < 1e-9 ? .green : .plain),
          .number(row.number("regret_mean_ms")), .text(row.text("information_class")),
        ])
    }
    Console.print(table.rendered(.text, colored: colored))
    Console.print("")
    for line in loads + failures + [executionLine, costLine] { Console.print(line) }
    Console.print("")
    Console.print("Try: sqlite3 -box \(path) \"SELECT * FROM latency_breakdown\"")
  }

  var json: JSONValue {
    get throws {
      .object([
        .init("scenario", .string(scenario.name)), .init("database", .string(path)),
        .init("requests", .number(outcome.requests)), .init("events", .number(outcome.events)),
        .init("executions", .number(outcome.executed.executions)),
        .init("outputs_equal", .bool(outcome.executed.unequalOutputs == 0)),
        .init("interrupted", .bool(outcome.wasInterrupted)),
        .init(
          "policies",
          .array(
            policies.map { row in
              .object(
                [
                  .init("policy", .string(row.policy)), .init("model", .string(row.text("model"))),
                  .init("information_class", .string(row.text("information_class"))),
                  .init("cut", .string(cut(of: row))),
                ]
                  + Self.figures.map { name in .init(name, row.number(name).map { .number($0) } ?? .null) } + [
                    .init("planned_over_optimum", gap(of: row).map { .number(1 + $0) } ?? .null)
                  ])
            })),
      ])
    }
  }

  private static let figures = [
    "requests", "completed", "fell_back", "dropped", "timed_out", "lost", "unfinished", "deadline_missed",
    "attempts_per_request", "wasted_ms_per_request", "wasted_energy_j_per_request", "latency_mean_ms", "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms", "uplink_bytes_per_request", "downlink_bytes_per_request", "device_energy_j_per_request",
    "total_energy_j_per_request", "throughput_per_s", "regret_mean_ms",
  ]

  private var headline: String {
    let fleet = scenario.nodes.map { node in
      (node.count > 1 ? "\(node.count) × " : "") + node.name.printable
    }
    let times = scenario.replications == 1 ? "" : ", \(scenario.replications) replications"
    return "\(scenario.name.printable): \(fleet.joined(separator: " → ")), "
      + "\(Self.rounded(scenario.durationSeconds)) s simulated\(times)"
  }

  /// The placement most used, and how many others there were.
  private func cut(of row: SummaryRow) -> String {
    let used = placements.filter { $0.policy == row.policy && $0.text("model") == row.text("model") }
    guard let first = used.first else { return "" }
    return used.count == 1 ? first.text("cut") : "\(used.count) different"
  }

  /// How much longer the placements take, planned alone, than the exact optimum: 0.1 is ten per cent.
  private func gap(of row: SummaryRow) -> Double? {
    let used = placements.filter { $0.policy == row.policy && $0.text("model") == row.text("model") }
    var (planned, optimum) = (0.0, 0.0)
    for placement in used {
      guard let plan = placement.number("planned_latency_ms"), let best = placement.number("optimum_latency_ms") else {
        return nil
      }
      let weight = placement.number("requests") ?? 1
      planned += weight * plan
      optimum += weight * best
    }
    return optimum > 0 ? planned / optimum - 1 : nil
  }

  private func missed(_ row: SummaryRow) -> String {
    guard let missed = row.number("deadline_missed"), let requests = row.number("requests"), requests > 0 else {
      return ""
    }
    let hasDeadline = scenario.workload.contains {
      $0.deadlineMilliseconds != nil && $0.model.name == row.text("model")
    }
    return hasDeadline ? String(format: "%.1f %%", 100 * missed / requests) : "–"
  }

  /// Each station's load under each policy; over 1 more comes than can be done.
  private var loads: [String] {
    var labels: [String] = []
    for row in nodes where !labels.contains(row.policy) { labels.append(row.policy) }
    return labels.map { policy in
      var stations: [(name: String, load: Double)] = []
      for row in nodes where row.policy == policy {
        stations.append((row.text("node"), row.number("offered_load") ?? 0))
      }
      for row in links where row.policy == policy {
        stations.append(("\(row.text("link")) up", row.number("offered_load_up") ?? 0))
        stations.append(("\(row.text("link")) down", row.number("offered_load_down") ?? 0))
      }
      let left = stations.count - Self.stationsShown
      // Of very many the busiest.
      if left > 0 { stations = Array(stations.sorted { $0.load > $1.load }.prefix(Self.stationsShown)) }
      let loads = stations.map { station in
        "\(station.name) " + String(format: "%.2f", station.load)
          + (station.load > 1 ? " (unstable: more comes than can be done)" : "")
      }
      return "Load under \(policy): " + loads.joined(separator: ", ") + (left > 0 ? ", and \(left) with less" : "")
    }
  }

  private static let stationsShown = 12

  /// What became of the requests of each policy under which some were not answered at the first attempt.
  private var failures: [String] {
    policies.compactMap { row in
      let words = [
        ("fell_back", "fell back to the device"), ("dropped", "dropped"), ("timed_out", "timed out"), ("lost", "lost"),
        ("depleted", "ended with an empty battery"), ("unfinished", "unfinished"),
      ]
      // Means over replications: shares read better than fractions of a request.
      guard let requests = row.number("requests"), requests > 0 else { return nil }
      var parts = words.compactMap { name, word in
        row.number(name).flatMap { $0 > 0 ? "\(Self.rounded(100 * $0 / requests)) % \(word)" : nil }
      }
      if let attempts = row.number("attempts_per_request"), attempts > 1 {
        parts.append("\(Self.rounded(attempts)) attempts a request")
        parts.append("\(Self.rounded(row.number("wasted_energy_j_per_request") ?? 0)) J of each wasted")
      }
      guard !parts.isEmpty else { return nil }
      return "Of the requests for \(row.text("model")) under \(row.policy): "
        + parts.joined(separator: ", ")
    }
  }

  private var executionLine: String {
    let executed = outcome.executed
    guard executed.executions > 0 else {
      return scenario.execution == .none ? "Nothing was executed (execution mode none)." : "Nothing could be executed."
    }
    let equality =
      executed.unequalOutputs == 0
      ? "every output equals the whole network's, bit for bit" : "\(executed.unequalOutputs) OUTPUTS DIFFER"
    let what = scenario.execution == .every ? "requests" : "placements"
    return "Really executed: \(executed.executions) \(what) as \(executed.partitions) partitions in "
      + "\(Self.rounded(executed.hostMilliseconds)) ms on this host; \(equality)."
  }

  private var costLine: String {
    "Simulated \(outcome.requests) requests in \(outcome.runs) runs, \(outcome.events) events; "
      + String(format: "%.2f s in all. ", seconds) + "Results: \(path)"
  }

  private static func percent(_ gap: Double) -> String {
    switch gap {
    case ..<1e-9: "optimal"
    case ..<0.0005: "< +0.1 %"
    case ..<0.1: String(format: "+%.1f %%", 100 * gap)
    default: String(format: "+%.0f %%", 100 * gap)
    }
  }

  private static func rounded(_ value: Double) -> String { String(format: "%.4g", value) }
}
