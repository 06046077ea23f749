import Partitioning

/// One layer of a chain, for models made by hand.
package struct ChainLayer: Sendable {
  /// Seconds on each tier.
  var seconds: [Double]
  /// Bytes of its output.
  var bytes: Int
  /// The tier it is placed on.
  var tier: UInt8

  /// Bytes of its weights.
  var weightBytes = 0

  /// What batches cost on each tier, where they are served.
  var batch: BatchCost?

  package init(_ seconds: [Double], bytes: Int = 0, on tier: UInt8, batch: BatchCost? = nil, weightBytes: Int = 0) {
    self.weightBytes = weightBytes
    self.seconds = seconds
    self.batch = batch
    self.bytes = bytes
    self.tier = tier
  }
}

extension PlacementProblem {
  /// A chain of layers after one input, over nodes joined by links.
  package static func chain(
    _ layers: [ChainLayer], inputBytes: Int = 0, nodes: [NodeModel], hops: [Hop], radio: RadioPower = .none,
    returnsResult: Bool = false
  ) -> PlacementProblem {
    var graph = [CostGraph.Layer(name: "input", inputs: [], outputs: [0], isInput: true)]
    var tensors = [
      CostGraph.Boundary(name: "input", producer: 0, consumers: [1], bytes: inputBytes, isResult: false)
    ]
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      let work = CostGraph.Work(macs: 0, bytes: 0, weightBytes: layer.weightBytes, costClass: .memory)
      graph.append(
        CostGraph.Layer(
          name: "layer\(index)", inputs: [index], outputs: [index + 1], work: layer.weightBytes > 0 ? work : nil))
      tensors.append(
        CostGraph.Boundary(
          name: "tensor\(index)", producer: index + 1, consumers: isLast ? [] : [index + 2], bytes: layer.bytes,
          isResult: isLast))
    }
    let tiers = nodes.enumerated().map { tier, node in
      Tier(
        name: node.name, computeNanoseconds: [0] + layers.map { Int64(($0.seconds[tier] * 1e9).rounded()) },
        busyWatts: node.busyWatts, idleWatts: node.idleWatts, servers: node.servers,
        batchCosts: node.scheduler.isBatch
          ? [BatchCost()] + layers.map { $0.batch ?? BatchCost(arithmeticPerItem: $0.seconds[tier] * 1e9) } : nil)
    }
    return PlacementProblem(
      network: CostGraph(name: "chain", layers: graph, tensors: tensors), tiers: tiers, hops: hops, radio: radio,
      returnsResult: returnsResult)
  }
}

extension SystemModel {
  /// Nodes in a chain, of which the first sends requests for a chain of layers, each on its own tier.
  package static func chain(
    nodes: [NodeModel], links: [LinkModel] = [], layers: [ChainLayer], inputBytes: Int = 0,
    radio: RadioPower = .none, returnsResult: Bool = false, arrivals: Arrivals, seed: UInt64 = 42,
    replication: Int = 0, warmupSeconds: Double = 0, durationSeconds: Double, drains: Bool = true
  ) -> SystemModel {
    let problem = PlacementProblem.chain(
      layers, inputBytes: inputBytes, nodes: nodes, hops: links.map(\.hop), radio: radio,
      returnsResult: returnsResult)
    let source = SourceModel(
      node: 0, model: 0, arrivals: arrivals, path: Array(nodes.indices), links: Array(links.indices),
      problem: problem, policy: GivenPlacement(Placement(tiers: [0] + layers.map(\.tier))))
    return SystemModel(
      nodes: nodes, links: links, sources: [source], models: ["chain"], seed: seed, replication: replication,
      warmupNanoseconds: Int64(warmupSeconds * 1e9), durationNanoseconds: Int64(durationSeconds * 1e9),
      drains: drains)
  }
}
