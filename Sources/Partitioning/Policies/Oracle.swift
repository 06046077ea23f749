import RandomStreams
import StrictJSON

/// The best of all placements, crossing tiers in either direction.
///
/// Throws `InputError` where the best for throughput cannot be proven within the limits of `Optimum`.
public struct Oracle: PartitionPolicy {
  public static let kind = "oracle"
  public static let summary = "the best of all placements, exactly"
  public var informationClass: InformationClass { .clairvoyant }

  public private(set) var objective: Objective?

  public init(from fields: inout FieldReader) { objective = fields.objective() }

  public func aiming(at objective: Objective) -> Self {
    var policy = self
    policy.objective = self.objective ?? objective
    return policy
  }

  public func placement(
    for problem: PlacementProblem, using random: inout RandomStream
  ) throws -> Placement {
    let objective = objective ?? .latency
    let optimum = Optimum(of: problem, objective)
    guard optimum.isProven || objective != .throughput else {
      throw InputError(
        "policy oracle: network '\(problem.network.name.printable)' has too many placements to prove the best for "
          + "throughput; 'mincut,objective=throughput' comes close, and for latency and energy mincut is exact")
    }
    return optimum.placement
  }
}
