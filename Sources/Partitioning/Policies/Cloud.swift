import RandomStreams
import StrictJSON

/// Every layer on the last tier.
public struct Cloud: BlindPolicy {
  public static let kind = "cloud"
  public static let summary = "every layer on the last tier"

  public init(from fields: inout FieldReader) {}

  public func placement(along path: PathOutline, using random: inout RandomStream) -> Placement {
    path.placement(everythingOn: path.tierNames.count - 1)
  }
}
