import RandomStreams
import StrictJSON

/// Every layer on the first tier above the device.
public struct Edge: BlindPolicy {
  public static let kind = "edge"
  public static let summary = "every layer on the first tier above the device"

  public init(from fields: inout FieldReader) {}

  public func placement(along path: PathOutline, using random: inout RandomStream) -> Placement {
    path.placement(everythingOn: min(1, path.tierNames.count - 1))
  }
}
