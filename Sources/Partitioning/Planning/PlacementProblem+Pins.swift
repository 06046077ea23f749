import StrictJSON

extension PlacementProblem {
  /// The tier a layer must stay on; `nil` where it may run anywhere.
  public func pinnedTier(of layer: Int) -> Int? {
    let layer = network.layers[layer]
    if let name = layer.pinnedTier { return tiers.firstIndex { $0.name == name } }
    return layer.isInput ? 0 : nil
  }

  /// The pinned tiers by layer index, -1 where a layer is free.
  package func pins() -> [Int] { network.layers.indices.map { pinnedTier(of: $0) ?? -1 } }

  /// The tier on which results are wanted, whoever else reads them; `nil` where they stay where they are made.
  package func returnTier(of tensor: Int) -> Int? { returnsResult && network.tensors[tensor].isResult ? 0 : nil }

  /// The same where a request leaves at an exit, whose layer's result is then the only one.
  func returnTier(of tensor: Int, leavingAt exit: UInt8?) -> Int? {
    guard !network.exits.isEmpty else { return returnTier(of: tensor) }
    let last = exit.map { min(Int($0), network.exits.count - 1) } ?? network.exits.count - 1
    return returnsResult && network.tensors[tensor].producer == network.exits[last].layer ? 0 : nil
  }

  /// A placement by a rule, which pinned layers do not obey.
  public func placement(_ tier: (Int) -> Int) -> Placement {
    Placement(tiers: network.layers.indices.map { UInt8(pinnedTier(of: $0) ?? tier($0)) })
  }

  /// Every free layer on one tier.
  public func placement(everythingOn tier: Int) -> Placement { placement { _ in tier } }

  /// What a tier is called: the first is the device, the last the cloud unless it is named `edge`, the others edges.
  public func role(of tier: Int) -> TierRole {
    if let role = tiers[tier].role { return role }
    if tier == 0 { return .device }
    return tier == tiers.count - 1 && tiers[tier].name != "edge" ? .cloud : .edge
  }

  /// Checks what the types cannot: that pins name tiers of this chain, and that no sum of times leaves `Int64`.
  public func validate() throws(InputError) {
    let diagnostics = Diagnostics()
    for layer in network.layers {
      guard let pin = layer.pinnedTier, !tiers.contains(where: { $0.name == pin }) else { continue }
      diagnostics.report(
        "layer '\(layer.name.printable)' is pinned to tier '\(pin.printable)', which is not on the path",
        suggestion: tiers.map(\.name).nearest(to: pin))
    }
    if worstNanoseconds() >= Double(Int64.century) {
      diagnostics.report("network '\(network.name.printable)' would take longer than 70 years under some placement")
    }
    try diagnostics.throwIfAny()
  }

  /// Everything that could happen to one request, added up.
  private func worstNanoseconds() -> Double {
    var sum = 0.0
    for tier in tiers { for time in tier.computeNanoseconds { sum += Double(time) } }
    sum += Double(network.tensors.count) * (Double(codec.encodeNanoseconds) + Double(codec.decodeNanoseconds))
    for hop in hops {
      for tensor in network.tensors {
        sum += Double(hop.transferNanoseconds(bytes: tensor.bytes, .up))
        sum += Double(hop.transferNanoseconds(bytes: tensor.bytes, .down)) + 2 * Double(hop.latencyNanoseconds)
        sum += 4 * Double(hop.serialization.nanoseconds(bytes: tensor.bytes))
        if let radio = radio.cellular { sum += 2 * Double(radio.promotionNanoseconds) }
      }
    }
    return sum
  }
}
