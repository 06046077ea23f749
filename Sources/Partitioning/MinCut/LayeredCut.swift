/// In which directions tensors may flow between tiers.
public enum Crossings: String, Sendable, CaseIterable, Codable {
  /// Away from the device only: no layer runs on a lower tier than one that it depends on.
  case oneWay = "one-way"
  case twoWay = "two-way"
}

/// Finds the placement of least additive cost of one network, for as many costs as there are.
protocol PlacementCut: AnyObject {
  /// The best placement for these costs; they are those of a problem with the same network, pins and chain length.
  func solve(_ costs: AdditiveCosts) -> LayeredCut.Solution?
}

/// How a minimum cut is found; the result is the same.
public enum CutSolver: String, Sendable, CaseIterable, Codable {
  /// One cut of the whole network.
  case whole
  /// Block by block between the tensors that everything flows through.
  case blocks

  func cut(_ problem: PlacementProblem, _ crossings: Crossings) -> any PlacementCut {
    self == .whole ? LayeredCut(problem, crossings) : ContractedCut(problem, crossings)
  }
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
/// The graph depends on the network, not on its costs: it is built once and solved for as many costs as there are.
/// Source: Hu et al., "Dynamic adaptive DNN surgery for inference acceleration on the edge", INFOCOM 2019, with the arcs
/// back and the levels added.
final class LayeredCut: PlacementCut {
  struct Solution {
    let placement: Placement
    /// In the units of the costs.
    let value: Int64
  }

  private let layerCount: Int
  private let levels: Int
  private let flow: FlowNetwork
  private let vertexOfLayer: [Int32]

  /// The best placement; `nil` where the pins leave none that goes one way, or none without a closed hop.
  static func solve(_ problem: PlacementProblem, _ costs: AdditiveCosts, _ crossings: Crossings) -> Solution? {
    LayeredCut(problem, crossings).solve(costs)
  }

  init(_ problem: PlacementProblem, _ crossings: Crossings) {
    var builder = LayeredCutBuilder(problem, crossings)
    builder.build()
    layerCount = problem.network.layers.count
    levels = problem.tiers.count - 1
    vertexOfLayer = builder.vertexOfLayer
    flow = FlowNetwork(vertices: builder.vertices, edges: builder.edges)
  }

  /// The best placement for these costs; they are those of a problem with the same network, pins and chain length.
  func solve(_ costs: AdditiveCosts) -> Solution? {
    var tiers = [UInt8](repeating: 0, count: layerCount)
    guard let value = costs.terms.withUnsafeBufferPointer({ solve($0, into: &tiers) }) else { return nil }
    // A single tier has no vertices, and costs what it costs.
    return Solution(placement: Placement(tiers: tiers), value: levels == 0 ? costs.sumOfCompute : value)
  }

  /// The same for terms in the order of `AdditiveCosts.Layout`; the value of the best placement, written into `tiers`.
  func solve(_ terms: UnsafeBufferPointer<Int64>, into tiers: inout [UInt8]) -> Int64? {
    let value = terms.baseAddress.map { flow.maximumFlow($0) } ?? 0
    guard value < FlowNetwork.budget else { return nil }
    for layer in 0..<layerCount {
      let top = Int(vertexOfLayer[layer])
      var tier: UInt8 = 0
      for level in 0..<levels where flow.reachesSink(top + level) { tier += 1 }
      tiers[layer] = tier
    }
    return value
  }
}

/// Numbers the vertices so that flow runs upwards: layer by layer, from the highest level to the lowest, each layer
/// followed by the vertices that collect the readers of its tensors, and preceded by those that lead back to it.
private struct LayeredCutBuilder {
  let problem: PlacementProblem
  let crossings: Crossings
  let pins: [Int]
  let levels: Int
  let terms: AdditiveCosts.Layout
  private(set) var edges: [FlowNetwork.Edge] = []
  private(set) var vertexOfLayer: [Int32] = []
  private(set) var vertices = 1

  init(_ problem: PlacementProblem, _ crossings: Crossings) {
    self.problem = problem
    self.crossings = crossings
    pins = problem.pins()
    levels = problem.tiers.count - 1
    terms = AdditiveCosts.Layout(problem)
    let reads = problem.network.tensors.reduce(0) { $0 + $1.consumers.count }
    let (layers, tensors) = (problem.network.layers.count, problem.network.tensors.count)
    edges.reserveCapacity(levels * (2 * layers + 3 * reads + 3 * tensors) + layers)
    vertexOfLayer = [Int32](repeating: 0, count: layers)
  }

  mutating func build() {
    let network = problem.network
    var senders = [Int](repeating: 0, count: network.tensors.count)
    let isOneWay = crossings == .oneWay
    for (layer, entry) in network.layers.enumerated() {
      let shared = entry.outputs.filter { network.tensors[$0].consumers.count > 1 }
      // One-way cuts need no vertices back: every reader has an unlimited arc to the producer of its own.
      let firstReceiver = vertices
      if !isOneWay { vertices += shared.count * levels }
      vertexOfLayer[layer] = Int32(vertices)
      vertices += levels
      for tensor in shared {
        senders[tensor] = vertices
        vertices += levels
      }
      if !isOneWay {
        for (index, tensor) in shared.enumerated() {
          for level in 0..<levels where !isReturned(tensor) {
            addEdge(
              firstReceiver + index * levels + level, Int(vertexOfLayer[layer]) + level,
              terms.down(tensor, hop: hop(level)))
          }
        }
        // Readers come later; their arcs to these vertices are added when they have numbers.
        for (index, tensor) in shared.enumerated() { receivers[tensor] = firstReceiver + index * levels }
      }
    }
    for layer in network.layers.indices {
      addCompute(layer)
      for tensor in network.layers[layer].outputs { addTensor(tensor, sender: senders[tensor]) }
    }
    vertices += 1
    let sink = Int32(vertices - 1)
    for index in edges.indices where edges[index].head == Self.sinkMark {
      edges[index] = FlowNetwork.Edge(
        tail: edges[index].tail, head: sink, term: edges[index].term, backTerm: edges[index].backTerm)
    }
  }

  private static let sinkMark: Int32 = -1
  private var receivers: [Int: Int] = [:]

  /// The hop below level m - 1 - `level`: vertices of a layer are numbered from the highest level on.
  private func hop(_ level: Int) -> Int { levels - 1 - level }

  private func isReturned(_ tensor: Int) -> Bool { problem.returnTier(of: tensor) != nil }

  private mutating func addEdge(_ tail: Int, _ head: Int, _ term: Int32, back: Int32 = AdditiveCosts.Layout.zero) {
    edges.append(FlowNetwork.Edge(tail: Int32(tail), head: Int32(head), term: term, backTerm: back))
  }

  private mutating func addCompute(_ layer: Int) {
    guard levels > 0 else { return }
    let top = Int(vertexOfLayer[layer])
    for tier in (0...levels).reversed() {
      let below = tier == 0 ? Int(Self.sinkMark) : top + levels - tier
      let above = tier == levels ? FlowNetwork.source : top + levels - tier - 1
      let isFree = pins[layer] < 0 || pins[layer] == tier
      let isInner = tier < levels && tier > 0
      addEdge(
        above, below, isFree ? terms.compute(layer, tier: tier) : AdditiveCosts.Layout.unlimited,
        back: isInner ? AdditiveCosts.Layout.unlimited : AdditiveCosts.Layout.zero)
    }
  }

  private mutating func addTensor(_ tensor: Int, sender: Int) {
    let boundary = problem.network.tensors[tensor]
    let producer = Int(vertexOfLayer[boundary.producer])
    let isOneWay = crossings == .oneWay
    // A result that returns anyway costs nothing more where it is read below, except that one-way forbids that.
    let isReturned = isReturned(tensor)
    for level in 0..<levels {
      let (up, down) = (terms.up(tensor, hop: hop(level)), terms.down(tensor, hop: hop(level)))
      if isReturned { addEdge(FlowNetwork.source, producer + level, down) }
      let back =
        isOneWay ? AdditiveCosts.Layout.unlimited : isReturned ? AdditiveCosts.Layout.zero : down
      if boundary.consumers.count == 1 {
        addEdge(producer + level, Int(vertexOfLayer[boundary.consumers[0]]) + level, up, back: back)
      } else if boundary.consumers.count > 1 {
        addEdge(producer + level, sender + level, up)
        for consumer in boundary.consumers {
          let reader = Int(vertexOfLayer[consumer]) + level
          addEdge(sender + level, reader, AdditiveCosts.Layout.unlimited)
          if isOneWay {
            addEdge(reader, producer + level, AdditiveCosts.Layout.unlimited)
          } else if !isReturned, let receiver = receivers[tensor] {
            addEdge(reader, receiver + level, AdditiveCosts.Layout.unlimited)
          }
        }
      }
    }
  }
}
