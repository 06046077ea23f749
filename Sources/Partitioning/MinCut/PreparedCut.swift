/// The minimum cuts of one network, prepared for deciding again as links change.
///
/// The graph of the cut is built once; another bandwidth only changes the capacities of the arcs that are tensors.
public final class PreparedCut {
  private let problem: PlacementProblem
  private let objective: Objective
  private let weights: Weights
  private var costs: AdditiveCosts
  private let network: any PlacementCut

  /// For latency or energy; throughput is no sum.
  public init(
    _ problem: PlacementProblem, _ objective: Objective, _ crossings: Crossings, solver: CutSolver = .whole
  ) {
    self.problem = problem
    self.objective = objective
    weights = Weights(objective, of: problem)
    costs = AdditiveCosts(problem, weights, unitsPerNanosecond: objective.unitsPerNanosecond)
    network = solver.cut(problem, crossings)
  }

  /// The best placement over other links; `nil` where the pins leave none that goes one way.
  public func placement(over hops: [PlacementProblem.Hop]) -> Placement? {
    let problem = problem.replacingHops(hops)
    let weights = objective == .energy ? Weights(objective, of: problem) : weights
    if !costs.replaceHops(problem, weights, unitsPerNanosecond: objective.unitsPerNanosecond) {
      costs = AdditiveCosts(problem, weights, unitsPerNanosecond: objective.unitsPerNanosecond)
    }
    if problem.radio.cellular == nil { return network.solve(costs)?.placement }
    return AdditiveOptimum(problem, objective, weights, costs, network)?.placement
  }
}
