/// Which tier each layer runs on, by layer index.
public struct Placement: Sendable, Hashable {
  public var tiers: [UInt8]
  /// The fused layers that are cut open; ascending by layer, each at most once.
  public var splits: [Split] = []

  /// The exit at which a request leaves at the latest, where the network has exits; `nil` for the last.
  public var exit: UInt8?

  /// A fused layer of which only the first nodes run on the layer's tier, and the others, one by one, on another.
  public struct Split: Sendable, Hashable {
    public let layer: Int
    /// The last node that runs on the layer's tier, as an index into the layer's parts.
    public let part: Int
    public let tier: UInt8

    public init(layer: Int, part: Int, tier: UInt8) {
      self.layer = layer
      self.part = part
      self.tier = tier
    }
  }

  public init(tiers: [UInt8]) { self.tiers = tiers }

  public subscript(layer: Int) -> Int { Int(tiers[layer]) }
}
