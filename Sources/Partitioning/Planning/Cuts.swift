import StrictJSON

/// A two-way split named by a layer: that layer and all it depends on stay on the device, the rest goes to a tier.
public struct Cut: Sendable, Hashable {
  /// The layers whose closure stays; empty for a cut before every layer.
  public let layers: [Int]
  /// `nil` for the cut before every layer.
  public let name: String?
}

extension PlacementProblem {
  /// Every candidate cut: before everything, then after each layer in topological order.
  public var candidateCuts: [Cut] {
    let named = network.layers.indices.filter { network.listsInputs || !network.layers[$0].isInput }
    return [Cut(layers: [], name: nil)] + named.map { Cut(layers: [$0], name: network.layers[$0].name) }
  }

  /// The cut of that name; throws `InputError` where the network has nothing called so.
  public func cut(named name: String) throws(InputError) -> Cut {
    Cut(layers: try network.layers(named: name), name: name)
  }

  /// The closure of a cut on the device and the rest on a tier (the last by default); pinned layers stay where they are.
  public func placement(cutting cut: Cut, rest tier: Int? = nil) -> Placement {
    let stays = network.ancestors(of: cut.layers)
    let rest = tier ?? tiers.count - 1
    return placement { stays[$0] ? 0 : rest }
  }

  /// The cuts that at most one tensor crosses, the whole network on the device and the whole network away from it.
  ///
  /// On a chain these are all cuts. On any other network a layer is such a cut where every path from an input to a
  /// result that it does not cut off leads through one tensor.
  public var singleTensorCuts: [Cut] {
    let all = Cut(layers: Array(network.layers.indices), name: network.layers.last?.name)
    let inputs = network.layers.map(\.isInput)
    let single = candidateCuts.dropFirst().filter { cut in
      let stays = network.ancestors(of: cut.layers)
      var crossing = 0
      for tensor in network.tensors where stays[tensor.producer] || inputs[tensor.producer] {
        if tensor.consumers.contains(where: { !stays[$0] && !inputs[$0] }) { crossing += 1 }
      }
      return crossing == 1
    }
    return [Cut(layers: [], name: nil)] + single + [all]
  }
}
