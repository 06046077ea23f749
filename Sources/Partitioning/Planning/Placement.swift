/// Which tier each layer runs on, by layer index.
public struct Placement: Sendable, Hashable {
  public var tiers: [UInt8]

  public init(tiers: [UInt8]) { self.tiers = tiers }

  public subscript(layer: Int) -> Int { Int(tiers[layer]) }
}
