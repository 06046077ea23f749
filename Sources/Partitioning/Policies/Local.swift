import RandomStreams
import StrictJSON

/// Every layer on the device.
public struct Local: PartitionPolicy {
  public static let kind = "local"
  public static let summary = "every layer on the device"
  public var informationClass: InformationClass { .blind }

  public init(from fields: inout FieldReader) {}

  public func placement(for problem: PlacementProblem, using random: inout RandomStream) -> Placement {
    problem.placement(everythingOn: 0)
  }
}
