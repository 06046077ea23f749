import RandomStreams
import StrictJSON

/// Every layer on the last tier.
public struct Cloud: PartitionPolicy {
  public static let kind = "cloud"
  public static let summary = "every layer on the last tier"
  public var informationClass: InformationClass { .blind }

  public init(from fields: inout FieldReader) {}

  public func placement(for problem: PlacementProblem, using random: inout RandomStream) -> Placement {
    problem.placement(everythingOn: problem.tiers.count - 1)
  }
}
