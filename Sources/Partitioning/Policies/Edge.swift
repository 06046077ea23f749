import RandomStreams
import StrictJSON

/// Every layer on the first tier above the device.
public struct Edge: PartitionPolicy {
  public static let kind = "edge"
  public static let summary = "every layer on the first tier above the device"
  public var informationClass: InformationClass { .blind }

  public init(from fields: inout FieldReader) {}

  public func placement(for problem: PlacementProblem, using random: inout RandomStream) -> Placement {
    problem.placement(everythingOn: min(1, problem.tiers.count - 1))
  }
}
