import Partitioning
import Results
import Simulation
import StrictJSON

/// Executes what a scenario's runs have placed, and records each partition.
final class PartitionExecutions {
  private(set) var total = Experiment.Executed()
  private let system: ScenarioSystem
  /// The distinct placements of a source in the order of their first use.
  private var used: [(source: Int, placement: Placement, id: PlacementID)] = []
  private var known: Set<PlacementID> = []
  private var current: (model: Int, execution: PartitionExecution?)?

  init(_ system: ScenarioSystem) { self.system = system }

  func note(_ placements: [(source: Int, placement: Placement)], of run: RecordedRun) {
    for (index, entry) in placements.enumerated() {
      let id = run.recorder.placementID(index)
      if known.insert(id).inserted { used.append((entry.source, entry.placement, id)) }
    }
  }

  /// Executes every distinct placement once.
  func executeEachPlacement(into writer: ResultsWriter, _ shouldStop: () -> Bool) throws {
    let byModel = used.sorted { model(of: $0.source) < model(of: $1.source) }
    for entry in byModel where !shouldStop() {
      try execute(entry.placement, entry.id, source: entry.source, seed: system.scenario.seed, into: writer)
    }
  }

  /// Executes every request of a run, each on an input of its own that is the same under every policy.
  func executeRequests(
    of run: RecordedRun, replication: Int, placements: [(source: Int, placement: Placement)],
    into writer: ResultsWriter, _ shouldStop: () -> Bool
  ) throws {
    for request in run.requests where !shouldStop() {
      let key = UInt64(replication) << 40 ^ UInt64(request.source) << 32 ^ UInt64(request.sequence)
      try execute(
        placements[request.placement].placement, run.recorder.placementID(request.placement),
        source: request.source, seed: system.scenario.seed &+ (key &+ 1) &* 0x9E37_79B9_7F4A_7C15, into: writer,
        of: (run.recorder.id, request.sequence))
    }
  }

  private func execute(
    _ placement: Placement, _ id: PlacementID, source: Int, seed: UInt64, into writer: ResultsWriter,
    of request: (run: Int64, sequence: Int64)? = nil
  ) throws {
    guard let execution = try execution(of: model(of: source)) else { return }
    let outcome = try execution.execute(placement, of: system.problems[source], seed: seed)
    for (index, part) in outcome.parts.enumerated() {
      try writer.record(
        ExecutionDescription(
          placement: id, run: request?.run, sequence: request?.sequence, partition: index, tier: part.tier,
          layers: part.layers, boundaryBytes: part.boundaryBytes, hostMilliseconds: part.hostMilliseconds,
          digest: outcome.digest, outputsEqual: outcome.outputsEqual))
    }
    total.add(outcome)
  }

  private func model(of source: Int) -> Int {
    system.scenario.modelIndex(named: system.scenario.workload[source].model.name) ?? 0
  }

  /// One model at a time, so that the prepared weights of only one are in memory; `nil` for a cost table.
  private func execution(of model: Int) throws -> PartitionExecution? {
    if let current, current.model == model { return current.execution }
    current = nil
    let execution = try PartitionExecution(system.models[model])
    current = (model, execution)
    return execution
  }
}

extension Experiment {
  /// What was really executed.
  public struct Executed: Sendable {
    public var executions = 0
    public var partitions = 0
    public var hostMilliseconds = 0.0
    public var unequalOutputs = 0

    mutating func add(_ outcome: PartitionExecution.Outcome) {
      executions += 1
      partitions += outcome.parts.count
      hostMilliseconds += outcome.parts.reduce(0) { $0 + $1.hostMilliseconds }
      if !outcome.outputsEqual { unequalOutputs += 1 }
    }
  }
}
