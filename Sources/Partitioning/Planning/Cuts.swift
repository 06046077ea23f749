import StrictJSON

/// A two-way split named by a layer: that layer and all it depends on stay on the device, the rest goes to a tier.
public struct Cut: Sendable, Hashable {
  /// The layers whose closure stays; empty for a cut before every layer.
  public let layers: [Int]
  /// `nil` for the cut before every layer.
  public let name: String?
  /// Where the cut opens the only one of `layers`: the last of the layer's parts that stays.
  public let part: Int?

  public init(layers: [Int], name: String?, part: Int? = nil) {
    self.layers = layers
    self.name = name
    self.part = part
  }
}

extension PlacementProblem {
  /// Every candidate cut: before everything, then after each layer in topological order.
  public var candidateCuts: [Cut] {
    let named = network.layers.indices.filter { network.listsInputs || !network.layers[$0].isInput }
    return [Cut(layers: [], name: nil)] + named.map { Cut(layers: [$0], name: network.layers[$0].name) }
  }

  /// The cut of that name; throws `InputError` where the network has nothing called so.
  ///
  /// The name of a node inside a fused layer cuts the layer open behind that node, for which every tier needs a profile.
  public func cut(named name: String) throws(InputError) -> Cut {
    guard let (layer, part) = network.part(named: name) else {
      return Cut(layers: try network.layers(named: name), name: name)
    }
    if let tier = tiers.first(where: { $0.profile == nil }) {
      throw InputError(
        "'\(name.printable)' is a node inside the fused layer '\(network.layers[layer].name.printable)', and "
          + "'\(tier.name.printable)' has no profile that tells what its parts take alone; name the layer instead")
    }
    return Cut(layers: [layer], name: name, part: part)
  }

  /// The closure of a cut on the device and the rest on a tier (the last by default); pinned layers stay where they are.
  public func placement(cutting cut: Cut, rest tier: Int? = nil) -> Placement {
    let rest = tier ?? tiers.count - 1
    guard let part = cut.part, let layer = cut.layers.first else {
      let stays = network.ancestors(of: cut.layers)
      return placement { stays[$0] ? 0 : rest }
    }
    // What only the nodes behind the cut read need not stay.
    let read = network.layers[layer].parts[...part].flatMap(\.inputs)
    var stays = network.ancestors(of: read.map { network.tensors[$0].producer })
    stays[layer] = true
    var result = placement { stays[$0] ? 0 : rest }
    if rest != result[layer] { result.splits = [Placement.Split(layer: layer, part: part, tier: UInt8(rest))] }
    return result
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
