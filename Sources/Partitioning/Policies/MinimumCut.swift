import RandomStreams
import StrictJSON

/// The best placement of any acyclic network by minimum cuts.
///
/// Exact for latency and energy (see `AdditiveOptimum` for what a waking radio leaves open). Throughput is no sum: cuts
/// of weighted stages are tried, and the best one found may fall short of the optimum.
/// Where memory is limited and the cut does not fit, every placement is tried, or refused where there are too many.
/// Source: Hu et al., "Dynamic adaptive DNN surgery for inference acceleration on the edge", INFOCOM 2019.
public struct MinimumCut: PartitionPolicy, AimedPolicy {
  public static let kind = "mincut"
  public static let summary = "the best placement by minimum cut: exact for latency and energy, close for throughput"
  public var informationClass: InformationClass { estimation.estimator == .none ? .profiled : .estimating }
  public var isStatic: Bool { estimation.estimator == .none }

  public let crossings: Crossings
  public let solver: CutSolver
  public let estimation: Estimation
  public package(set) var objective: Objective?

  public init(from fields: inout FieldReader) {
    crossings = fields.choice("crossings", default: .twoWay, "whether layers may flow back towards the device")
    solver = fields.choice(
      "solver", default: .whole, "how the cut is found, with the same result: whole, or blocks between bottlenecks")
    objective = fields.objective()
    estimation = Estimation(from: &fields, default: .none)
  }

  /// Plans with the bandwidths that a machine's own messages tell, where it estimates them.
  public func session() throws -> (any PolicySession)? {
    guard estimation.estimator != .none else { return nil }
    return MachineSession { context in
      let problem = context.problem
      let prepared =
        objective == .throughput ? nil : PreparedCut(problem, objective ?? .latency, crossings, solver: solver)
      return EstimatingDecider(problem, estimation) { hops in
        try checked(
          prepared == nil
            ? ThroughputCuts(problem.replacingHops(hops), crossings)?.placement : prepared?.placement(over: hops),
          in: problem)
      }
    }
  }

  public func placement(
    for problem: PlacementProblem, using random: inout RandomStream
  ) throws -> Placement {
    let objective = objective ?? .latency
    let placement =
      objective == .throughput
      ? ThroughputCuts(problem, crossings)?.placement
      : PreparedCut(problem, objective, crossings, solver: solver).placement(over: problem.hops)
    return try checked(placement, in: problem)
  }

  private func checked(_ placement: Placement?, in problem: PlacementProblem) throws -> Placement {
    guard let placement else {
      throw InputError("policy mincut,crossings=one-way: the pinned layers leave no placement that never flows back")
    }
    return try problem.fitting(placement, objective ?? .latency, crossings, policy: "mincut")
  }
}
