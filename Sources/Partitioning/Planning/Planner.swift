import RandomStreams
import StrictJSON

/// Plans without simulating: what every candidate cut costs, what a policy chooses, and the exact optimum.
public enum Planner {
  /// The plan of one problem for one policy.
  ///
  /// The objective is the one given, or else the policy's own, or else latency; the policy takes it where it has none.
  /// A policy that draws takes its first draw of `seed`. Throws `InputError` where the problem or a parameter of the
  /// policy makes no sense.
  public static func plan(
    _ problem: PlacementProblem, policy: any PartitionPolicy, objective: Objective? = nil, seed: UInt64 = 1
  ) throws -> PlanReport {
    try problem.validate()
    let objective = objective ?? policy.objective ?? .latency
    let policy = policy.aiming(at: objective)
    let placement = try policy.planned(for: problem, seed: seed)
    try problem.checkMemory(of: placement)
    let candidates = problem.candidateCuts.map { cut in
      let placement = problem.placement(cutting: cut)
      return PlanReport.Candidate(cut: cut.name, placement: placement, cost: problem.cost(of: placement))
    }
    let optimum = Optimum(of: problem, objective)
    return PlanReport(
      problem: problem, objective: objective, policy: type(of: policy).kind,
      informationClass: policy.informationClass,
      choice: PlanReport.Choice(placement: placement, cost: problem.cost(of: placement)), candidates: candidates,
      optimum: PlanReport.Choice(placement: optimum.placement, cost: optimum.cost),
      optimumIsProven: optimum.isProven, optimumGap: optimum.gap,
      bandwidths: problem.limitsMemory
        ? []
        : try PlanReport.bandwidths(
          problem, objective, policy: policy, choice: placement, candidates: candidates), notes: problem.notes)
  }
}

extension PartitionPolicy {
  /// The stream from which `plan` draws.
  func planStream(seed: UInt64) -> RandomStream { RandomStream(seed: seed, entity: "plan", purpose: "policy") }
}
