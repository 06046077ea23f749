import RandomStreams
import StrictJSON

/// Every layer on the device.
public struct Local: BlindPolicy {
  public static let kind = "local"
  public static let summary = "every layer on the device"

  public init(from fields: inout FieldReader) {}

  public func placement(along path: PathOutline, using random: inout RandomStream) -> Placement {
    path.placement(everythingOn: 0)
  }
}
