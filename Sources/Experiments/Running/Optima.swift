import Partitioning
import Results
import Simulation

/// The exact optimum of each workload's problem for latency and for energy, found once.
final class Optima {
  private let problems: [PlacementProblem]
  private var found: [Key: Optimum] = [:]

  private struct Key: Hashable {
    let source: Int
    let objective: Objective
  }

  init(_ problems: [PlacementProblem]) { self.problems = problems }

  func optimum(of source: Int, _ objective: Objective) -> Optimum {
    let key = Key(source: source, objective: objective)
    if let known = found[key] { return known }
    let optimum = Optimum(of: problems[source], objective)
    found[key] = optimum
    return optimum
  }

  /// A placement as it is recorded, beside the least latency and the least energy of its source.
  func describe(_ placement: Placement, source: Int, in system: SystemModel) -> PlacementDescription {
    var description = PlacementDescription(placement, source: source, in: system)
    let cost = problems[source].cost(of: placement)
    description.plannedLatencyMilliseconds = cost.latencyMilliseconds
    description.plannedDeviceJoules = cost.deviceJoules
    description.optimumLatencyMilliseconds = optimum(of: source, .latency).cost.latencyMilliseconds
    description.optimumDeviceJoules = optimum(of: source, .energy).cost.deviceJoules
    return description
  }
}
