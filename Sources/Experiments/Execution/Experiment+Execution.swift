import Foundation
import Partitioning
import Results
import Simulation
import StrictJSON

extension Experiment {
  /// Executes every distinct placement once and records each of its partitions.
  func execute(
    _ used: [(source: Int, placement: Placement)], into writer: ResultsWriter, shouldStop: () -> Bool
  ) throws -> Executed {
    var executed = Executed()
    for (model, loaded) in system.models.enumerated() {
      let mine = used.filter { system.scenario.modelIndex(of: $0.source) == model }
      // One model at a time, so that the prepared weights of only one are in memory.
      guard !mine.isEmpty, let execution = try PartitionExecution(loaded) else { continue }
      for (source, placement) in mine where !shouldStop() {
        let outcome = try execution.execute(placement, of: system.problems[source], seed: system.scenario.seed)
        try record(outcome, of: writer.id(of: placement, source: source), into: writer)
        executed.add(outcome)
      }
    }
    return executed
  }

  private func record(_ outcome: PartitionExecution.Outcome, of placement: PlacementID, into writer: ResultsWriter) throws {
    for (index, part) in outcome.parts.enumerated() {
      try writer.record(
        ExecutionDescription(
          placement: placement, partition: index, tier: part.tier, layers: part.layers,
          boundaryBytes: part.boundaryBytes, hostMilliseconds: part.hostMilliseconds, digest: outcome.digest,
          outputsEqual: outcome.outputsEqual))
    }
  }
}

extension Experiment.Executed {
  mutating func add(_ outcome: PartitionExecution.Outcome) {
    placements += 1
    partitions += outcome.parts.count
    hostMilliseconds += outcome.parts.reduce(0) { $0 + $1.hostMilliseconds }
    allOutputsEqual = allOutputsEqual && outcome.outputsEqual
  }
}
