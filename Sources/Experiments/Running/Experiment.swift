import Foundation
import Inference
import Partitioning
import Results
import Scenarios
import Simulation
import StrictJSON

/// A scenario run: every policy over every replication under the same random numbers, the partitions really executed, and
/// all of it recorded.
public struct Experiment: Sendable {
  /// How far a run has come, for people who wait.
  public struct Progress: Sendable {
    /// Of all simulated time of all policies and replications, in 0...1.
    public let fraction: Double
    public let events: Int
  }

  /// What a run came to, besides the rows it recorded.
  public struct Outcome: Sendable {
    public var runs = 0
    public var events = 0
    public var requests = 0
    public var simulationSeconds = 0.0
    public var executed = Executed()
    public var wasInterrupted = false
    public var notes: [String] = []
  }

  public let system: ScenarioSystem
  private let toolVersion: String

  public init(_ system: ScenarioSystem, toolVersion: String) {
    self.system = system
    self.toolVersion = toolVersion
  }

  /// Simulates, executes and records everything.
  ///
  /// After `shouldStop` says so, what was recorded stays, runs in progress are marked as interrupted and no more begin.
  /// Throws `InputError` where a policy does not fit the scenario or the results cannot be written.
  public func run(
    into writer: ResultsWriter, jobs: Int = 1, shouldStop: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws -> Outcome {
    let scenario = system.scenario
    var outcome = Outcome()
    outcome.notes = system.notes
    var warmup = Int64.nanoseconds(scenario.warmupSeconds * 1e9)
    if scenario.findsWarmup {
      let found = try Warmup(system, shouldStop: shouldStop)
      warmup = found.nanoseconds
      outcome.notes.append(found.note)
    }
    func model(_ policy: Scenario.Policy, _ replication: Int) -> SystemModel {
      var model = system.system(under: policy, replication: replication)
      model.warmupNanoseconds = warmup
      return model
    }
    let registered = try writer.register(
      model(scenario.policies[0], 0), scenario: scenario.name, models: modelDescriptions)
    let optima = Optima(system.problems)
    let executions = PartitionExecutions(system)
    let detail: Replications.Detail =
      switch scenario.record {
      case .summary: scenario.execution == .every ? .requests : .totals
      case .requests: .requests
      case .events: .steps
      }
    let started = Date()
    var precision = scenario.precision.map {
      Precision(relative: $0, cap: scenario.mostReplications, policies: scenario.policies.count)
    }
    var done = 0
    var wanted = scenario.replications
    if precision != nil { wanted = min(scenario.mostReplications, max(wanted, Precision.fewestReplications)) }
    while done < wanted && !outcome.wasInterrupted && !(done > 0 && shouldStop()) {
      let runs = scenario.policies.indices.flatMap { policy in (done..<wanted).map { (policy, $0) } }
      let models = runs.map { model(scenario.policies[$0.0], $0.1) }
      let meter = ProgressMeter(runs: runs.count, report: progress)
      try Replications.run(
        models, jobs: jobs, handsOver: detail,
        shouldStop: shouldStop,
        progress: { meter.update(run: $0, $1) },
        begin: { index in
          let description = describe(
            scenario.policies[runs[index].0], replication: runs[index].1, warmup: warmup, started: started)
          let recorder = try writer.begin(description, on: registered) { source, placement in
            optima.describe(placement, source: source, in: models[index])
          }
          return RecordedRun(
            recorder, recordsRequests: scenario.record != .summary, keepsRequests: scenario.execution == .every)
        },
        finished: { index, run, ending in
          outcome.runs += 1
          outcome.events += ending.result.events
          outcome.requests += ending.result.models.reduce(0) { $0 + $1.requests }
          outcome.simulationSeconds += ending.cpuSeconds
          outcome.wasInterrupted = outcome.wasInterrupted || ending.result.wasInterrupted
          outcome.notes += ending.result.stuck.map {
            note(on: $0, under: scenario.policies[runs[index].0], replication: runs[index].1)
          }
          for note in ending.result.notes {
            outcome.notes.append("\(scenario.policies[runs[index].0].label), replication \(runs[index].1): \(note)")
          }
          precision?.add(ending.result, policy: runs[index].0)
          executions.note(ending.result.placements, of: run)
          if scenario.execution == .every {
            try executions.executeRequests(
              of: run, replication: runs[index].1, placements: ending.result.placements, into: writer, shouldStop)
          }
        })
      done = wanted
      if let precision { wanted = precision.wanted }
    }
    if let precision, !outcome.wasInterrupted { outcome.notes.append(note(on: precision, replications: done)) }
    try writer.commit()
    outcome.wasInterrupted = outcome.wasInterrupted || shouldStop()
    if scenario.execution == .once { try executions.executeEachPlacement(into: writer, shouldStop) }
    outcome.executed = executions.total
    outcome.wasInterrupted = outcome.wasInterrupted || shouldStop()
    return outcome
  }

  private var modelDescriptions: [ModelDescription] {
    system.models.enumerated().map { index, model in
      let workload = system.scenario.workload.firstIndex { system.scenario.modelIndex(named: $0.model.name) == index }
      // A model that nobody asks for is described by its own layers.
      let network = workload.map { system.problems[$0].network } ?? (try? model.costGraph())
      return network.map { model.description(of: $0) }
        ?? ModelDescription(name: model.name, origin: model.origin.rawValue, macs: 0, parameters: 0, layers: [])
    }
  }

  private func note(on stuck: StuckRequest, under policy: Scenario.Policy, replication: Int) -> String {
    let source = system.scenario.workload[stuck.source].source.name
    let arrival = JSONNumber(Double(stuck.arrival) / 1e9).text
    return "request \(stuck.sequence) of '\(source.printable)', come at \(arrival) s, can never finish under "
      + "'\(policy.label.printable)' (replication \(replication)): \(stuck.isLink ? "link" : "node") "
      + "'\(stuck.place.printable)' does nothing for it any more"
  }

  private func note(on precision: Precision, replications: Int) -> String {
    let percent = (100 * precision.relative).formatted(.number.precision(.significantDigits(1...4)))
    let open = precision.unsettled().map { system.scenario.policies[$0].label.printable }
    return open.isEmpty
      ? "\(replications) replications give the mean latency of every policy to \(percent) %"
      : "\(replications) replications, the most allowed, do not give the mean latency of \(open.joined(separator: ", ")) "
        + "to \(percent) %"
  }

  private func describe(
    _ policy: Scenario.Policy, replication: Int, warmup: Int64, started: Date
  ) -> RunDescription {
    let scenario = system.scenario
    return RunDescription(
      scenario: scenario.name, policy: policy.label, policySpec: policy.spec,
      informationClass: policy.policy.informationClass.rawValue, replication: replication,
      seed: scenario.seed, record: scenario.record.rawValue, durationSeconds: scenario.durationSeconds,
      warmupSeconds: Double(warmup) / 1e9, scenarioJSON: scenario.resolvedJSON, toolVersion: toolVersion,
      hostStarted: started.formatted(.iso8601))
  }
}
