import RandomStreams
import StrictJSON

/// The best of all placements, crossing tiers in either direction.
///
/// For throughput very large networks may have too many placements that nearly equal each other (`ThroughputSearch`): then
/// it is proven to be within 0.1 % of the best. Throws `InputError` where not even that can be proven.
public struct Oracle: PartitionPolicy, AimedPolicy {
  public static let kind = "oracle"
  public static let summary = "the best of all placements, exactly (throughput of large networks: within 0.1 %)"
  public var informationClass: InformationClass { .clairvoyant }

  /// How far the best placement for throughput may be from a proof.
  static let largestGap = 1e-3

  public package(set) var objective: Objective?

  /// Whether every candidate is simulated with the true future, for each request.
  public let simulatesFuture: Bool

  public init(from fields: inout FieldReader) {
    objective = fields.objective()
    simulatesFuture = fields.bool(
      "simulate", default: false,
      "whether each request's candidates are simulated with all that is to come (small scenarios)")
    if simulatesFuture, objective == .throughput {
      fields.error("one request has no throughput: 'simulate' goes with latency or energy", at: "objective")
    }
  }

  /// Over links that change the best for latency from now on, and for energy at the present rates.
  public func clairvoyant(for problem: PlacementProblem) -> (any ClairvoyantDecider)? {
    switch objective ?? .latency {
    case .latency: LatencySeer(problem)
    case .energy: EnergySeer(problem)
    case .throughput: nil
    }
  }

  private final class LatencySeer: ClairvoyantDecider {
    private let plan: ClairvoyantPlan

    init(_ problem: PlacementProblem) { plan = ClairvoyantPlan(problem) }

    func decide(_ observation: Observation, knowing truth: any Truth) -> Decision {
      Decision(plan.best(knowing: truth).placement)
    }
  }

  private final class EnergySeer: ClairvoyantDecider {
    private let problem: PlacementProblem
    private let prepared: PreparedCut

    init(_ problem: PlacementProblem) {
      self.problem = problem
      prepared = PreparedCut(problem, .energy, .twoWay)
    }

    func decide(_ observation: Observation, knowing truth: any Truth) -> Decision {
      Decision(
        prepared.placement(over: truth.presentHops(of: problem)) ?? problem.placement(everythingOn: 0))
    }
  }

  public func placement(
    for problem: PlacementProblem, using random: inout RandomStream
  ) throws -> Placement {
    let objective = objective ?? .latency
    let optimum = Optimum(of: problem, objective)
    if problem.limitsMemory {
      try problem.checkMemory(of: optimum.placement)
      guard optimum.isProven else {
        throw InputError(
          "policy oracle: too many placements would have to be tried to prove the best that fits into the nodes' memory"
        )
      }
      return optimum.placement
    }
    guard optimum.isProven || objective != .throughput || optimum.gap ?? 1 <= Self.largestGap else {
      let gap = optimum.gap.map { "; the best that was found is within \(rounded(100 * $0)) % of it" } ?? ""
      throw InputError(
        "policy oracle: network '\(problem.network.name.printable)' has too many placements to prove the best for "
          + "throughput\(gap); 'mincut,objective=throughput' comes close, and for latency and energy mincut is exact")
    }
    return optimum.placement
  }
}
