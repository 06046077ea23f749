import Results
import StrictJSON

/// The finished runs of one scenario, policy by policy.
struct ScenarioRuns {
  let name: String
  var policies: [PolicyRuns]

  /// Reads the runs of several files; a scenario that several of them have is one.
  static func read(_ files: [String]) throws -> [ScenarioRuns] {
    var scenarios: [ScenarioRuns] = []
    for file in files {
      let runs = try ResultsReader(file).rows(of: .replicationSummary)
      guard runs.contains(where: { $0.text("status") == "done" }) else {
        throw InputError("'\(file.printable)' has no finished run")
      }
      for run in runs {
        let scenario =
          scenarios.firstIndex { $0.name == run.scenario }
          ?? {
            scenarios.append(ScenarioRuns(name: run.scenario, policies: []))
            return scenarios.count - 1
          }()
        scenarios[scenario].add(run, from: file)
      }
    }
    for index in scenarios.indices { scenarios[index].labelPolicies() }
    return scenarios
  }

  private mutating func add(_ run: SummaryRow, from file: String) {
    let index =
      policies.firstIndex { $0.policy == run.policy && $0.file == file }
      ?? {
        policies.append(PolicyRuns(policy: run.policy, file: file, label: run.policy))
        return policies.count - 1
      }()
    if run.text("status") == "done" { policies[index].runs.append(run) } else { policies[index].leftOut += 1 }
  }

  /// Names the file, too, where the policy's name alone is not enough.
  private mutating func labelPolicies() {
    let names = policies.map(\.policy)
    for index in policies.indices where names.count(where: { $0 == policies[index].policy }) > 1 {
      policies[index].label = "\(policies[index].policy) (\(policies[index].file))"
    }
  }

  func notes(baseline: PolicyRuns?) -> [String] {
    var notes: [String] = []
    for policy in policies where policy.leftOut > 0 {
      notes.append("\(name): \(policy.leftOut) unfinished replication(s) of \(policy.label) left out")
    }
    guard let baseline else { return notes + ["\(name) has no run of the baseline"] }
    let others = policies.filter { $0.label != baseline.label }
    if others.contains(where: { baseline.pairs(with: $0).count == 1 }) {
      notes.append("\(name): one replication gives no confidence interval; run it with --replications 5 or more")
    }
    for policy in others where baseline.pairs(with: policy).isEmpty {
      notes.append("\(name): no replication of \(policy.label) shares its random numbers with \(baseline.label)")
    }
    return notes
  }
}

/// The finished runs of one policy in one file.
struct PolicyRuns {
  let policy: String
  let file: String
  var label: String
  var runs: [SummaryRow] = []
  /// How many runs did not finish.
  var leftOut = 0

  func isNamed(_ name: String) -> Bool { label == name || policy == name }

  /// The runs of both that share their random numbers: same replication, same seed.
  func pairs(with other: PolicyRuns) -> [(SummaryRow, SummaryRow)] {
    runs.compactMap { run in
      other.runs.first {
        $0.number("replication") == run.number("replication") && $0.number("seed") == run.number("seed")
      }.map { (run, $0) }
    }
  }

  func row(_ metric: String, scenario: String, baseline: PolicyRuns?) -> Comparison.Row {
    let isBaseline = baseline?.label == label
    let differences: [Double] =
      isBaseline
      ? []
      : (baseline?.pairs(with: self) ?? []).compactMap { reference, own in
        guard let from = reference.number(metric), let to = own.number(metric) else { return nil }
        return to - from
      }
    return Comparison.Row(
      scenario: scenario, metric: metric, policy: label, informationClass: runs.first?.text("information_class") ?? "",
      replications: values(of: metric).count, mean: mean(of: metric),
      baselineMean: isBaseline ? nil : baseline?.mean(of: metric), difference: PairedDifference(differences))
  }

  private func values(of metric: String) -> [Double] { runs.compactMap { $0.number(metric) } }

  private func mean(of metric: String) -> Double? {
    let values = values(of: metric)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
