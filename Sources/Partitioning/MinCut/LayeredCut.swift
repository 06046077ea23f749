/// In which directions tensors may flow between tiers.
public enum Crossings: String, Sendable, CaseIterable, Codable {
  /// Away from the device only: no layer runs on a lower tier than one that it depends on.
  case oneWay = "one-way"
  case twoWay = "two-way"
}

/// The placement of least additive cost, as one minimum cut over a chain of tiers.
///
/// Every layer has a vertex per level t = 1, ..., m - 1, on the sink's side where the layer runs on tier t or above.
/// A chain of arcs source -> level m - 1 -> ... -> level 1 -> sink carries the layer's compute cost on each tier, with
/// unlimited arcs back, so that a layer on tier t is also above every lower level. Per level, a tensor costs once where
/// its producer is below and some reader above (an auxiliary vertex collects several readers), and once where its
/// producer is above and some reader below; one-way cuts make the latter unlimited. The cut's value is exactly the sum
/// of `AdditiveCosts` over the placement, for any acyclic network. Of several optima the one with the fewest layers away
/// from the device is taken: every layer is on the lowest tier that it has in any optimum.
///
/// Source: Hu et al., "Dynamic adaptive DNN surgery for inference acceleration on the edge", INFOCOM 2019, with the arcs
/// back and the levels added.
struct LayeredCut {
  struct Solution {
    let placement: Placement
    /// In the units of the costs.
    let value: Int64
  }

  /// The best placement; `nil` where the pins leave none that goes one way, or none without a closed hop.
  static func solve(_ problem: PlacementProblem, _ costs: AdditiveCosts, _ crossings: Crossings) -> Solution? {
    var builder = Builder(problem, costs, crossings)
    return builder.solve()
  }

  private struct Builder {
    let problem: PlacementProblem
    let costs: AdditiveCosts
    let crossings: Crossings
    let pins: [Int]
    let levels: Int
    var flow: FlowNetwork
    var nextAuxiliary: Int

    init(_ problem: PlacementProblem, _ costs: AdditiveCosts, _ crossings: Crossings) {
      self.problem = problem
      self.costs = costs
      self.crossings = crossings
      pins = problem.pins()
      levels = problem.tiers.count - 1
      let shared = problem.network.tensors.reduce(0) { $0 + ($1.consumers.count > 1 ? 1 : 0) }
      let reads = problem.network.tensors.reduce(0) { $0 + $1.consumers.count }
      nextAuxiliary = 2 + levels * costs.layerCount
      flow = FlowNetwork(
        vertices: nextAuxiliary + 2 * levels * shared,
        expectedEdges: levels * (2 * costs.layerCount + 3 * reads + 3 * costs.tensorCount))
    }

    static let source = 0
    static let sink = 1

    /// The vertex of a layer at level 1, ..., m - 1.
    func vertex(_ layer: Int, _ level: Int) -> Int { 2 + (level - 1) * costs.layerCount + layer }

    mutating func solve() -> Solution? {
      guard levels > 0 else { return onlyTier() }
      for layer in 0..<costs.layerCount { addCompute(layer) }
      for level in 1...levels {
        for tensor in 0..<costs.tensorCount { addTensor(tensor, level) }
      }
      let value = flow.maximumFlow(from: Self.source, to: Self.sink)
      guard value < FlowNetwork.budget else { return nil }
      let tiers = (0..<costs.layerCount).map { layer in
        (1...levels).reduce(into: UInt8(0)) { $0 += flow.reachesSink[vertex(layer, $1)] ? 1 : 0 }
      }
      return Solution(placement: Placement(tiers: tiers), value: value)
    }

    private func onlyTier() -> Solution {
      let value = costs.compute.reduce(0, +)
      return Solution(placement: Placement(tiers: [UInt8](repeating: 0, count: costs.layerCount)), value: value)
    }

    private mutating func addCompute(_ layer: Int) {
      var above = Self.source
      for tier in (0...levels).reversed() {
        let below = tier == 0 ? Self.sink : vertex(layer, tier)
        let isFree = pins[layer] < 0 || pins[layer] == tier
        let cost = isFree ? costs.compute[tier * costs.layerCount + layer] : FlowNetwork.unlimited
        let isInner = above != Self.source && below != Self.sink
        flow.addEdge(above, below, cost, back: isInner ? FlowNetwork.unlimited : 0)
        above = below
      }
    }

    private mutating func addTensor(_ tensor: Int, _ level: Int) {
      let boundary = problem.network.tensors[tensor]
      let place = (level - 1) * costs.tensorCount + tensor
      let producer = vertex(boundary.producer, level)
      let up = costs.up[place]
      let down = crossings == .oneWay ? FlowNetwork.unlimited : costs.down[place]
      let isReturned = problem.returnTier(of: tensor) != nil
      if isReturned { flow.addEdge(Self.source, producer, costs.down[place]) }
      // A result that returns anyway costs nothing more where it is read below, except that one-way forbids that.
      let pays = !isReturned || crossings == .oneWay
      if boundary.consumers.count == 1 {
        flow.addEdge(producer, vertex(boundary.consumers[0], level), up, back: pays ? down : 0)
      } else if !boundary.consumers.isEmpty {
        addSharedTensor(boundary.consumers, producer, level, up: up, down: pays ? down : 0)
      }
    }

    private mutating func addSharedTensor(
      _ consumers: [Int], _ producer: Int, _ level: Int, up: Int64, down: Int64
    ) {
      let (sender, receiver) = (nextAuxiliary, nextAuxiliary + 1)
      nextAuxiliary += 2
      flow.addEdge(producer, sender, up)
      flow.addEdge(receiver, producer, down)
      for consumer in consumers {
        if up > 0 { flow.addEdge(sender, vertex(consumer, level), FlowNetwork.unlimited) }
        if down > 0 { flow.addEdge(vertex(consumer, level), receiver, FlowNetwork.unlimited) }
      }
    }
  }
}
