import RandomStreams
import StrictJSON

/// One named cut for every request: a layer and all it depends on stay on the device.
public struct Fixed: BlindPolicy {
  public static let kind = "fixed"
  public static let summary =
    "a layer and all it depends on stay on the device, the rest goes to the last tier or to another"

  public let cut: String
  public var namedCut: String? { cut }
  /// `nil` for the last tier.
  public let tier: String?

  public init(from fields: inout FieldReader) {
    cut = fields.name("cut", "the last layer on the device: a layer, a node inside one, or a dotted module")
    tier = fields.nameIfPresent("to", "the tier of the other layers; the last one by default")
  }

  public func placement(along path: PathOutline, using random: inout RandomStream) throws -> Placement {
    let cut = try path.cut(named: cut)
    guard let name = tier else { return path.placement(cutting: cut) }
    let names = path.tierNames
    guard
      let tier = names.firstIndex(of: name) ?? names.indices.first(where: { path.role(of: $0).rawValue == name })
    else {
      throw InputError(
        "policy fixed: no tier '\(name.printable)' on the path (\(names.map(\.printable).joined(separator: ", ")))",
        suggestion: names.nearest(to: name))
    }
    return path.placement(cutting: cut, rest: tier)
  }
}
