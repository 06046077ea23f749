import Partitioning
import RandomStreams

/// What a random problem may look like.
struct ProblemShape: Sendable, CustomStringConvertible {
  var tiers = 2
  var layers = 3...6
  var radio: RadioPower = .constant(transmitWatts: 0.8, receiveWatts: 0.5)
  var description: String { "\(tiers) tiers, \(layers) layers" }
}

extension PlacementProblem {
  /// A random acyclic network on a random chain: several inputs, layers with several outputs and several readers, pinned
  /// layers, equal costs, and results that return or do not.
  static func random(_ shape: ProblemShape = ProblemShape(), seed: Int) -> PlacementProblem {
    var random = RandomStream(seed: UInt64(seed), entity: "problem", purpose: "test")
    let names = (0..<shape.tiers).map { "t\($0)" }
    let count = shape.layers.lowerBound + random.integer(below: shape.layers.count)
    let network = CostGraph.random(layers: count, tiers: names, using: &random)
    let slowness = 1 + random.integer(below: 30)
    let tiers = names.enumerated().map { index, name in
      Tier(
        name: name,
        computeNanoseconds: network.layers.map {
          $0.isInput ? 0 : Int64(random.integer(below: index == 0 ? 10 * slowness : 60)) * 1000
        },
        busyWatts: Double(2 + random.integer(below: 9)), idleWatts: Double(random.integer(below: 3)),
        servers: 1 + random.integer(below: 3))
    }
    let hops = (1..<shape.tiers).map { _ in
      Hop(
        uplinkMbps: Double(1 + random.integer(below: 40)), downlinkMbps: Double(1 + random.integer(below: 40)),
        roundTripMilliseconds: Double(random.integer(below: 3)) / 50)
    }
    return PlacementProblem(
      network: network, tiers: tiers, hops: hops, radio: shape.radio, returnsResult: random.integer(below: 2) == 0)
  }
}

extension CostGraph {
  static func random(layers count: Int, tiers: [String], using random: inout RandomStream) -> CostGraph {
    let inputCount = 1 + random.integer(below: 2)
    var producers: [Int] = []
    var outputs: [[Int]] = []
    var inputs: [[Int]] = []
    var pins: [String?] = []
    for layer in 0..<(inputCount + count) {
      let made = layer < inputCount ? 1 : 1 + random.integer(below: 5) / 4
      inputs.append([])
      if layer >= inputCount {
        for _ in 0...random.integer(below: 3) { inputs[layer].append(random.integer(below: producers.count)) }
        inputs[layer] = Set(inputs[layer]).sorted()
      }
      outputs.append(Array(producers.count..<(producers.count + made)))
      producers += [Int](repeating: layer, count: made)
      let isPinned = layer >= inputCount && random.integer(below: 8) == 0
      pins.append(isPinned ? tiers[random.integer(below: tiers.count)] : nil)
    }
    let tensors = producers.enumerated().map { tensor, producer in
      let consumers = inputs.indices.filter { inputs[$0].contains(tensor) }
      let isResult = consumers.isEmpty || random.integer(below: 6) == 0
      return Boundary(
        name: "x\(tensor)", producer: producer, consumers: consumers, bytes: random.integer(below: 500),
        isResult: isResult)
    }
    let layers = inputs.indices.map { layer in
      Layer(
        name: layer < inputCount ? "in\(layer)" : "l\(layer)", inputs: inputs[layer], outputs: outputs[layer],
        pinnedTier: pins[layer], isInput: layer < inputCount)
    }
    return CostGraph(name: "random", layers: layers, tensors: tensors)
  }
}
