import RandomStreams
import StrictJSON

/// What a blind policy may read of a problem: which layers and tiers there are, and nothing of what they cost.
public struct PathOutline: Sendable {
  private let problem: PlacementProblem

  public init(_ problem: PlacementProblem) { self.problem = problem }

  /// From the device upwards.
  public var tierNames: [String] { problem.tiers.map(\.name) }
  public func role(of tier: Int) -> TierRole { problem.role(of: tier) }
  public var candidateCuts: [Cut] { problem.candidateCuts }
  /// The candidates that fit into every machine's memory; all where none does, as whoever uses the placement says so.
  public var fittingCuts: [Cut] {
    guard problem.limitsMemory else { return candidateCuts }
    let fitting = candidateCuts.filter { problem.fits(problem.placement(cutting: $0)) }
    return fitting.isEmpty ? candidateCuts : fitting
  }

  public func cut(named name: String) throws(InputError) -> Cut { try problem.cut(named: name) }
  public func placement(everythingOn tier: Int) -> Placement { problem.placement(everythingOn: tier) }
  public func placement(cutting cut: Cut, rest tier: Int? = nil) -> Placement {
    problem.placement(cutting: cut, rest: tier)
  }
}

/// A policy that knows nothing of the costs: its placement is chosen from an outline, so that it cannot read any.
public protocol BlindPolicy: PartitionPolicy {
  /// The placement of one request; throws `InputError` where a parameter does not fit the path.
  func placement(along path: PathOutline, using random: inout RandomStream) throws -> Placement
}

extension BlindPolicy {
  public var informationClass: InformationClass { .blind }

  public func placement(for problem: PlacementProblem, using random: inout RandomStream) throws -> Placement {
    try placement(along: PathOutline(problem), using: &random)
  }
}
