/// The placement of least additive cost, block by block between the tensors that everything flows through.
///
/// Where a single tensor is all that later layers read of earlier ones, the two sides only meet in the tier of its
/// producer. Between two such tensors a block's least cost is found for each pair of tiers: at once for a single layer,
/// by a small minimum cut otherwise; a shortest path over tiers joins the blocks. The result is that of `LayeredCut`,
/// ties included: it lies on the lowest tiers of any optimum, and so does each block given its ends.
/// `LayeredCut` is faster on most networks; prepared, the blocks can be.
/// Source: Zhang et al., "Towards real-time cooperative deep inference over the cloud and edge end devices", IMWUT 2020.
final class ContractedCut: PlacementCut {
  private let problem: PlacementProblem
  private let tiers: Int
  private let layout: AdditiveCosts.Layout
  private let pins: [Int]
  private let isOneWay: Bool
  private let blocks: [Block]
  /// By block, entry tier and exit tier; an absent end counts as tier 0.
  private var costs: [Int64]
  private var terms: [Int64] = []

  private final class Block {
    let layers: Range<Int>
    /// The tensor that comes in and the layer whose tensor goes out, -1 at the ends of the network.
    let entry: Int
    let exit: Int
    /// `nil` for a single layer.
    let cut: LayeredCut?
    /// Where the cut's terms come from.
    let sources: [Int32]
    /// Of a cut, by entry and exit tier, the layers' tiers; the entry's producer first where there is one.
    var placements: [[UInt8]]

    init(layers: Range<Int>, entry: Int, exit: Int, cut: LayeredCut?, sources: [Int32], pairs: Int) {
      self.layers = layers
      self.entry = entry
      self.exit = exit
      self.cut = cut
      self.sources = sources
      let count = layers.count + (entry >= 0 ? 1 : 0)
      placements = cut == nil ? [] : Array(repeating: [UInt8](repeating: 0, count: count), count: pairs)
    }
  }

  init(_ problem: PlacementProblem, _ crossings: Crossings) {
    self.problem = problem
    tiers = problem.tiers.count
    layout = AdditiveCosts.Layout(problem)
    pins = problem.pins()
    isOneWay = crossings == .oneWay
    blocks = Self.blocks(of: problem, crossings)
    costs = [Int64](repeating: 0, count: blocks.count * tiers * tiers)
  }

  /// The best placement for these costs; they are those of a problem with the same network, pins and chain length.
  func solve(_ additive: AdditiveCosts) -> LayeredCut.Solution? {
    let pairs = tiers * tiers
    additive.terms.withUnsafeBufferPointer { terms in
      for (index, block) in blocks.enumerated() { measure(block, at: index * pairs, terms) }
    }
    // Forwards: the least cost up to each block's end by its tier. Sums stay below `unlimited` times the blocks' number,
    // so that anything unlimited is cut down to it at once.
    var least = [Int64](repeating: 0, count: (blocks.count + 1) * tiers)
    for tier in 1..<max(1, tiers) { least[tier] = FlowNetwork.unlimited }
    for index in blocks.indices {
      for exit in 0..<tiers {
        var best = FlowNetwork.unlimited
        for entry in 0..<tiers {
          let before = least[index * tiers + entry]
          let own = costs[index * pairs + entry * tiers + exit]
          if before < FlowNetwork.budget, own < FlowNetwork.budget { best = min(best, before + own) }
        }
        least[(index + 1) * tiers + exit] = best
      }
    }
    var tier = 0
    let last = blocks.count * tiers
    for exit in 1..<max(1, tiers) where least[last + exit] < least[last + tier] { tier = exit }
    let value = least[last + tier]
    guard value < FlowNetwork.budget else { return nil }
    // Backwards: of equal ways the lowest tiers.
    var placement = [UInt8](repeating: 0, count: layout.layers)
    for index in blocks.indices.reversed() {
      let block = blocks[index]
      var entry = 0
      while true {
        let (before, own) = (least[index * tiers + entry], costs[index * pairs + entry * tiers + tier])
        if before < FlowNetwork.budget, own < FlowNetwork.budget,
          before + own == least[(index + 1) * tiers + tier]
        {
          break
        }
        entry += 1
      }
      if block.cut == nil {
        placement[block.layers.lowerBound] = block.exit >= 0 ? UInt8(tier) : lastTier(of: block, entry, additive)
      } else {
        let skipped = block.entry >= 0 ? 1 : 0
        let tiers = block.placements[entry * self.tiers + tier]
        for layer in block.layers { placement[layer] = tiers[layer - block.layers.lowerBound + skipped] }
      }
      tier = entry
    }
    return LayeredCut.Solution(placement: Placement(tiers: placement), value: value)
  }

  /// Writes a block's least cost for each pair of tiers.
  private func measure(_ block: Block, at start: Int, _ terms: UnsafeBufferPointer<Int64>) {
    guard let cut = block.cut else {
      for entry in 0..<tiers {
        for exit in 0..<tiers { costs[start + entry * tiers + exit] = single(block, entry, exit, terms) }
        if block.exit < 0 {
          // No exit: the best of all, booked under tier 0.
          let row = start + entry * tiers
          costs[row] = costs[row..<(row + tiers)].min() ?? 0
          for exit in 1..<max(1, tiers) { costs[row + exit] = FlowNetwork.unlimited }
        }
      }
      return
    }
    let own = Self.subLayout(layers: block.layers.count + (block.entry >= 0 ? 1 : 0), block, tiers)
    self.terms.removeAll(keepingCapacity: true)
    for source in block.sources { self.terms.append(terms[Int(source)]) }
    let exitLayer = block.exit - block.layers.lowerBound + (block.entry >= 0 ? 1 : 0)
    for entry in 0..<tiers {
      for exit in 0..<tiers {
        let place = start + entry * tiers + exit
        costs[place] = FlowNetwork.unlimited
        if block.entry < 0 && entry > 0 || block.exit < 0 && exit > 0 { continue }
        if isOneWay, block.entry >= 0, block.exit >= 0, exit < entry { continue }
        for tier in 0..<tiers {
          if block.entry >= 0 {
            self.terms[Int(own.compute(0, tier: tier))] = tier == entry ? 0 : FlowNetwork.unlimited
          }
          if block.exit >= 0 {
            let isOpen = tier == exit && (pins[block.exit] < 0 || pins[block.exit] == tier)
            let source = Int(layout.compute(block.exit, tier: tier))
            self.terms[Int(own.compute(exitLayer, tier: tier))] = isOpen ? terms[source] : FlowNetwork.unlimited
          }
        }
        let found = self.terms.withUnsafeBufferPointer {
          cut.solve($0, into: &block.placements[entry * tiers + exit])
        }
        if let found { costs[place] = found }
      }
    }
  }

  /// What a layer costs on a tier, with the tensor that it alone reads and what it returns.
  private func single(_ block: Block, _ entry: Int, _ exit: Int, _ terms: UnsafeBufferPointer<Int64>) -> Int64 {
    let layer = block.layers.lowerBound
    if pins[layer] >= 0, pins[layer] != exit { return FlowNetwork.unlimited }
    var sum = terms[Int(layout.compute(layer, tier: exit))]
    if block.entry < 0 {
      if entry > 0 { return FlowNetwork.unlimited }
    } else if exit > entry {
      for hop in entry..<exit { sum += terms[Int(layout.up(block.entry, hop: hop))] }
    } else if exit < entry {
      if isOneWay { return FlowNetwork.unlimited }
      for hop in exit..<entry { sum += terms[Int(layout.down(block.entry, hop: hop))] }
    }
    for tensor in problem.network.layers[layer].outputs where problem.returnTier(of: tensor) != nil {
      for hop in 0..<exit { sum += terms[Int(layout.down(tensor, hop: hop))] }
    }
    return min(sum, FlowNetwork.unlimited)
  }

  /// The lowest tier of least cost of a last block of one layer.
  private func lastTier(of block: Block, _ entry: Int, _ additive: AdditiveCosts) -> UInt8 {
    additive.terms.withUnsafeBufferPointer { terms in
      let costs = (0..<tiers).map { single(block, entry, $0, terms) }
      return UInt8(costs.indices.min { costs[$0] < costs[$1] } ?? 0)
    }
  }

  private static func subLayout(layers: Int, _ block: Block, _ tiers: Int) -> AdditiveCosts.Layout {
    let bounds = 2 + tiers * layers
    return AdditiveCosts.Layout(
      layers: layers, tensors: (block.sources.count - bounds) / max(1, 2 * (tiers - 1)), tiers: tiers)
  }
}

extension ContractedCut {
  /// The tensors that everything flows through, by position, -1 where there is none.
  ///
  /// Such a tensor is all that layers after the position read of layers up to it, and none of the latter reads it.
  private static func bottlenecks(of problem: PlacementProblem) -> [Int] {
    let network = problem.network
    let count = network.layers.count
    // How many tensors are alive after each position, and the sum of their numbers, which names a single one.
    var (alive, sums) = ([Int](repeating: 0, count: count + 1), [Int](repeating: 0, count: count + 1))
    for (index, tensor) in network.tensors.enumerated() {
      guard let last = tensor.consumers.last else { continue }
      alive[tensor.producer] += 1
      sums[tensor.producer] += index
      alive[last] -= 1
      sums[last] -= index
    }
    var found = [Int](repeating: -1, count: count)
    var (living, sum) = (0, 0)
    for position in 0..<count {
      living += alive[position]
      sum += sums[position]
      guard living == 1, network.tensors[sum].consumers[0] > position, problem.returnTier(of: sum) == nil else {
        continue
      }
      found[position] = sum
    }
    return found
  }

  private static func blocks(of problem: PlacementProblem, _ crossings: Crossings) -> [Block] {
    let bottlenecks = bottlenecks(of: problem)
    var blocks: [Block] = []
    var (start, entry) = (0, -1)
    let count = problem.network.layers.count
    for position in 0..<count {
      let tensor = bottlenecks[position]
      let isLast = position == count - 1
      guard tensor >= 0 || isLast else { continue }
      // The same tensor may be all that is alive after several positions; one of them is enough.
      if tensor >= 0, tensor == entry, !isLast { continue }
      let exit = tensor >= 0 ? problem.network.tensors[tensor].producer : -1
      blocks.append(block(start..<(position + 1), entry: entry, exit: exit, of: problem, crossings))
      (start, entry) = (position + 1, tensor)
    }
    return blocks
  }

  private static func block(
    _ layers: Range<Int>, entry: Int, exit: Int, of problem: PlacementProblem, _ crossings: Crossings
  ) -> Block {
    let (network, tiers) = (problem.network, problem.tiers.count)
    let readsEntryOnly = network.layers[layers.lowerBound].inputs == (entry >= 0 ? [entry] : [])
    if layers.count == 1, readsEntryOnly, entry < 0 || network.tensors[entry].consumers.count == 1 {
      return Block(layers: layers, entry: entry, exit: exit, cut: nil, sources: [], pairs: tiers * tiers)
    }
    var ownLayers: [CostGraph.Layer] = []
    var ownTensors: [CostGraph.Boundary] = []
    var layerSources: [Int] = []
    var tensorSources: [Int] = []
    let skipped = entry >= 0 ? 1 : 0
    if entry >= 0 {
      let tensor = network.tensors[entry]
      ownTensors.append(
        CostGraph.Boundary(
          name: tensor.name, producer: 0, consumers: tensor.consumers.map { $0 - layers.lowerBound + 1 },
          bytes: tensor.bytes, isResult: false))
      ownLayers.append(CostGraph.Layer(name: "", inputs: [], outputs: [0]))
      tensorSources.append(entry)
      layerSources.append(-1)
    }
    var ownTensor: [Int: Int] = entry >= 0 ? [entry: 0] : [:]
    for layer in layers {
      for tensor in network.layers[layer].outputs {
        ownTensor[tensor] = tensorSources.count
        tensorSources.append(tensor)
        let boundary = network.tensors[tensor]
        ownTensors.append(
          CostGraph.Boundary(
            name: boundary.name, producer: layer - layers.lowerBound + skipped,
            consumers: boundary.consumers.filter { $0 < layers.upperBound }.map { $0 - layers.lowerBound + skipped },
            bytes: boundary.bytes, isResult: boundary.isResult))
      }
      layerSources.append(layer)
    }
    for layer in layers {
      let own = network.layers[layer]
      ownLayers.append(
        CostGraph.Layer(
          name: own.name, inputs: own.inputs.compactMap { ownTensor[$0] }.sorted(),
          outputs: own.outputs.compactMap { ownTensor[$0] }, pinnedTier: layer == exit ? nil : own.pinnedTier,
          isInput: own.isInput && layer != exit))
    }
    let graph = CostGraph(name: network.name, layers: ownLayers, tensors: ownTensors)
    // Only the pins of the tiers count, by their names; an exit's pin is among its costs.
    let sub = PlacementProblem(
      network: graph, tiers: problem.tiers, hops: problem.hops, returnsResult: problem.returnsResult)
    let whole = AdditiveCosts.Layout(problem)
    var sources = [AdditiveCosts.Layout.zero, AdditiveCosts.Layout.unlimited]
    for tier in 0..<tiers {
      for layer in layerSources { sources.append(layer < 0 ? 0 : whole.compute(layer, tier: tier)) }
    }
    for hop in 0..<(tiers - 1) { for tensor in tensorSources { sources.append(whole.up(tensor, hop: hop)) } }
    for hop in 0..<(tiers - 1) { for tensor in tensorSources { sources.append(whole.down(tensor, hop: hop)) } }
    return Block(
      layers: layers, entry: entry, exit: exit, cut: LayeredCut(sub, crossings), sources: sources, pairs: tiers * tiers)
  }
}
