import Inference
import ModelZoo
import Partitioning
import StrictJSON
import Testing

/// The built-in networks between a Raspberry Pi and a server, at rates that make every kind of cut the best.
struct ZooCutTests {
  static let names = Zoo.descriptions.map(\.name)

  private func problem(_ name: String, mbps: Double, tiers: Int = 2) throws -> PlacementProblem {
    let network = try CostGraph(Zoo.build(name, withWeights: false))
    let profiles = try ["raspberry-pi-4", "jetson-nano", "nvidia-t4"].map { try DeviceProfile.find($0) }
    let chosen = tiers == 2 ? [profiles[0], profiles[2]] : profiles
    return PlacementProblem(
      network: network, tiers: chosen.map { $0.tier(named: $0.name, computing: network) },
      hops: (1..<tiers).map { _ in .init(uplinkMbps: mbps, roundTripMilliseconds: 2) }, returnsResult: true)
  }

  /// Nested order ideals, one by one, wherever there are few enough of them.
  @Test(arguments: names)
  func oneWayCutEqualsEnumeration(name: String) throws {
    for mbps in [2.0, 40, 600] {
      let problem = try problem(name, mbps: mbps)
      guard let tried = Optimum(tryingAllOf: problem, .latency, .oneWay, upTo: 4000) else { continue }
      let cut = try Planner.plan(problem, policy: PolicyRegistry.policy(spec: "mincut,crossings=one-way"))
      #expect(cut.choice.cost.latencyNanoseconds == tried.cost.latencyNanoseconds)
    }
  }

  @Test(arguments: names, [2, 3])
  func wholeAndBlocksAgree(name: String, tiers: Int) throws {
    for mbps in [2.0, 40, 600] {
      let problem = try problem(name, mbps: mbps, tiers: tiers)
      for crossings in Crossings.allCases {
        let whole = PreparedCut(problem, .latency, crossings).placement(over: problem.hops)
        let blocks = PreparedCut(problem, .latency, crossings, solver: .blocks).placement(over: problem.hops)
        #expect(whole == blocks)
        #expect(whole != nil)
      }
    }
  }

  /// Another bandwidth for a prepared network gives what a new one gives, and the scan what the policy chooses.
  @Test(arguments: ["resnet18", "squeezenet1_1", "lenet5"])
  func preparedDecisionsEqualNewOnes(name: String) throws {
    let first = try problem(name, mbps: 10, tiers: 3)
    for objective in [Objective.latency, .energy] {
      let prepared = PreparedCut(first, objective, .twoWay)
      let scan = ChainScan(first, objective)
      for mbps in [0.5, 3, 20, 100, 1000] {
        let now = try problem(name, mbps: mbps, tiers: 3)
        let new = PreparedCut(now, objective, .twoWay).placement(over: now.hops)
        #expect(prepared.placement(over: now.hops) == new)
        #expect(scan.best(for: now) == ChainScan(now, objective).best(for: now))
        let least = scan.placements.map { now.cost(of: $0).burden(objective) }.min()
        let chosen = now.cost(of: scan.best(for: now)).burden(objective)
        #expect(chosen <= (least ?? 0) * (1 + 1e-12))
      }
    }
  }

  /// Networks whose throughput needs a search; a gated network leaves a gap, which is told.
  @Test(arguments: [
    ("gpt2", 5.0), ("gpt2", 18.88), ("resnet50", 18.88), ("densenet121", 18.88), ("mobilenet_v3_small", 5),
  ])
  func throughputIsProvenOrItsGapIsTold(name: String, mbps: Double) throws {
    let problem = try problem(name, mbps: mbps)
    let optimum = Optimum(of: problem, .throughput)
    let gap = try #require(optimum.gap)
    #expect(name == "mobilenet_v3_small" ? gap < 0.5 : gap <= 1e-3)
    #expect(optimum.isProven == (gap == 0))
    for spec in ["neurosurgeon", "mincut", "local", "cloud"] {
      let other = try Planner.plan(problem, policy: PolicyRegistry.policy(spec: spec), objective: .latency)
      #expect(Double(other.choice.cost.longestStage) >= Double(optimum.cost.longestStage) * (1 - gap))
    }
    guard gap > 1e-3 else { return }
    let error = try #require(throws: InputError.self) {
      try Planner.plan(problem, policy: PolicyRegistry.policy(spec: "oracle"), objective: .throughput)
    }
    #expect(error.description.contains("within"))
  }
}
