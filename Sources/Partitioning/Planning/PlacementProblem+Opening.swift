extension PlacementProblem {
  /// A placement that cuts fused layers open, as one of a problem in which the parts are layers of their own.
  ///
  /// The nodes up to the cut are one layer and those after it one each: their times are those of a profile for what they
  /// read, compute and write alone, which is what un-fusing costs. Tensors keep their indices; those between the parts
  /// come last. A placement without splits is returned as it is.
  public func opened(for placement: Placement) -> (problem: PlacementProblem, placement: Placement) {
    guard !placement.splits.isEmpty else { return (self, placement) }
    var layers: [CostGraph.Layer] = []
    var tiers: [UInt8] = []
    /// The old layer of each new one.
    var origins: [Int] = []
    var between: [(name: String, bytes: Int)] = []
    for (index, layer) in network.layers.enumerated() {
      guard let split = placement.splits.first(where: { $0.layer == index }) else {
        layers.append(layer)
        tiers.append(placement.tiers[index])
        origins.append(index)
        continue
      }
      let parts = layer.parts
      // The tensor of each part whose result another layer reads.
      var tensorOfPart = [Int?](repeating: nil, count: parts.count)
      for part in parts[(split.part + 1)...] {
        for inner in part.innerInputs where tensorOfPart[inner] == nil {
          tensorOfPart[inner] = network.tensors.count + between.count
          between.append((parts[inner].outputName, parts[inner].outputBytes))
        }
      }
      for first in [0] + Array((split.part + 1)..<parts.count) {
        let members = first == 0 ? Array(0...split.part) : [first]
        let isLast = members.contains(parts.count - 1)
        var inputs = members.flatMap { parts[$0].inputs }
        inputs += members.flatMap { parts[$0].innerInputs }.filter { !members.contains($0) }.compactMap {
          tensorOfPart[$0]
        }
        let last = members[members.count - 1]
        layers.append(
          CostGraph.Layer(
            name: parts[last].name, nodeNames: members.map { parts[$0].name }, inputs: Set(inputs).sorted(),
            outputs: members.compactMap { tensorOfPart[$0] } + (isLast ? layer.outputs : []),
            work: first == 0 ? parts[last].headWork : parts[last].work))
        tiers.append(first == 0 ? placement.tiers[index] : split.tier)
        origins.append(index)
      }
    }
    let opened = Self.network(network, layers, between)
    let machines = self.tiers.map { tier in
      tier.computing(opened, otherwise: origins.map { tier.computeNanoseconds[$0] })
    }
    var problem = PlacementProblem(
      network: opened, tiers: machines, hops: hops, radio: radio, returnsResult: returnsResult)
    problem.codec = codec
    return (problem, Placement(tiers: tiers))
  }

  /// The network of the given layers, with tensors of the old one and those between parts.
  private static func network(
    _ network: CostGraph, _ layers: [CostGraph.Layer], _ between: [(name: String, bytes: Int)]
  ) -> CostGraph {
    let count = network.tensors.count + between.count
    var producers = [Int](repeating: 0, count: count)
    var consumers = [[Int]](repeating: [], count: count)
    for (index, layer) in layers.enumerated() {
      for output in layer.outputs { producers[output] = index }
      for input in layer.inputs { consumers[input].append(index) }
    }
    let tensors = (0..<count).map { index in
      let old = index < network.tensors.count ? network.tensors[index] : nil
      let new = old == nil ? between[index - network.tensors.count] : nil
      return CostGraph.Boundary(
        name: old?.name ?? new?.name ?? "", producer: producers[index], consumers: consumers[index],
        bytes: old?.bytes ?? new?.bytes ?? 0, isResult: old?.isResult ?? false)
    }
    return CostGraph(
      name: network.name, layers: layers, tensors: tensors, listsInputs: network.listsInputs, history: network.history)
  }
}
