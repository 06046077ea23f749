import Partitioning
import RandomStreams
import StrictJSON
import Testing

struct PolicyTests {
  @Test(arguments: Objective.allCases)
  func noPolicyBeatsTheOptimum(objective: Objective) throws {
    for seed in 0..<200 {
      let problem = PlacementProblem.random(ProblemShape(tiers: 2 + seed % 2, layers: 3...5), seed: seed)
      let optimum = Optimum(of: problem, objective).cost.burden(objective)
      let tolerance = objective == .energy ? 1e-9 : 0
      for kind in PolicyRegistry.kinds.map(\.name) where !["fixed", "external"].contains(kind) {
        let policy = try PolicyRegistry.policy(spec: kind).aiming(at: objective)
        var random = RandomStream(seed: UInt64(seed), entity: "test", purpose: "policy")
        let placement = try policy.placement(for: problem, using: &random)
        #expect(placement.tiers.count == problem.network.layers.count)
        for layer in placement.tiers.indices {
          if let pin = problem.pinnedTier(of: layer) { #expect(placement[layer] == pin) }
        }
        let burden = problem.cost(of: placement).burden(objective)
        #expect(burden >= optimum - tolerance, "\(kind), seed \(seed)")
        if kind == "oracle" { #expect(burden <= optimum + tolerance) }
      }
    }
  }

  /// On a chain whose device is slower on every layer, the best single cut is the best placement.
  @Test func neurosurgeonIsExactOnChains() throws {
    for seed in 0..<200 {
      var random = RandomStream(seed: UInt64(seed), entity: "chain", purpose: "test")
      let count = 2 + random.integer(below: 10)
      let layers = (0...count).map { layer in
        CostGraph.Layer(name: "l\(layer)", inputs: layer == 0 ? [] : [layer - 1], outputs: [layer], isInput: layer == 0)
      }
      let tensors = (0...count).map { layer in
        CostGraph.Boundary(
          name: "l\(layer)", producer: layer, consumers: layer < count ? [layer + 1] : [],
          bytes: random.integer(below: 1000), isResult: layer == count)
      }
      let cloud = (0...count).map { Int64($0 == 0 ? 0 : random.integer(below: 100)) * 1000 }
      let device = cloud.map { $0 * Int64(1 + random.integer(below: 9)) }
      let problem = PlacementProblem(
        network: CostGraph(name: "chain", layers: layers, tensors: tensors),
        tiers: [
          .init(name: "d", computeNanoseconds: device, busyWatts: 1, idleWatts: 0),
          .init(name: "c", computeNanoseconds: cloud, busyWatts: 1, idleWatts: 0),
        ], hops: [.init(uplinkMbps: Double(1 + random.integer(below: 50)))])
      #expect(problem.singleTensorCuts.count == count + 2)
      let choice = try PolicyRegistry.policy(spec: "neurosurgeon").placement(for: problem, using: &random)
      #expect(problem.cost(of: choice).latencyNanoseconds == Optimum(of: problem, .latency).cost.latencyNanoseconds)
    }
  }

  @Test func randomDrawsEveryCandidate() throws {
    let problem = PlacementProblem.random(seed: 3)
    let policy = try PolicyRegistry.policy(spec: "random")
    #expect(!policy.isStatic)
    var random = RandomStream(seed: 1, entity: "test", purpose: "policy")
    let drawn = Set(try (0..<500).map { _ in try policy.placement(for: problem, using: &random) })
    #expect(drawn == Set(problem.candidateCuts.map { problem.placement(cutting: $0) }))
  }

  @Test func cutsAreFoundByLayerNodeAndModule() throws {
    let names = ["stem", "block.1.conv", "block.1.act", "head"]
    let layers =
      [CostGraph.Layer(name: "x", inputs: [], outputs: [0], isInput: true)]
      + names.enumerated().map { index, name in
        CostGraph.Layer(name: name, nodeNames: [name + "/Conv"], inputs: [index], outputs: [index + 1])
      }
    let tensors = (0...4).map {
      CostGraph.Boundary(name: "t\($0)", producer: $0, consumers: $0 < 4 ? [$0 + 1] : [], bytes: 1, isResult: $0 == 4)
    }
    let network = CostGraph(name: "net", layers: layers, tensors: tensors, listsInputs: false)
    let problem = PlacementProblem(
      network: network,
      tiers: ["device", "edge", "cloud"].map {
        .init(name: $0, computeNanoseconds: [0, 1, 1, 1, 1], busyWatts: 0, idleWatts: 0)
      }, hops: [.init(uplinkMbps: 1), .init(uplinkMbps: 1)])
    func place(_ spec: String) throws -> [UInt8] {
      try Planner.plan(problem, policy: PolicyRegistry.policy(spec: spec)).choice.placement.tiers
    }
    #expect(try place("fixed,cut=block.1.conv") == [0, 0, 0, 2, 2])
    #expect(try place("fixed,cut=stem/Conv,to=edge") == [0, 0, 1, 1, 1])
    #expect(try place("fixed,cut=block.1") == [0, 0, 0, 0, 2])
    #expect(try place("edge") == [0, 1, 1, 1, 1])
    #expect(throws: InputError.self) { try place("fixed,cut=x") }
    #expect(throws: InputError.self) { try place("fixed,cut=stem,to=fog") }
    let error = try #require(throws: InputError.self) { try place("fixed,cut=steam") }
    #expect(error.description.contains("did you mean 'stem'"))
  }

  @Test(arguments: [
    "", "mincutt", "local,cut=x", "fixed", "mincut,crossings=both", "mincut,objective=speed", "neurosurgeon,objective",
    "mincut,crossings=one-way,crossings=two-way",
  ])
  func refuses(spec: String) { #expect(throws: InputError.self) { try PolicyRegistry.policy(spec: spec) } }
}
