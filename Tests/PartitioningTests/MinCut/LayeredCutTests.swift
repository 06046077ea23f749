import Partitioning
import RandomStreams
import StrictJSON
import Testing

struct LayeredCutTests {
  struct Case: Sendable, CustomStringConvertible {
    var tiers: Int
    var layers: ClosedRange<Int>
    var objective: Objective
    var crossings: Crossings
    var description: String { "\(tiers) tiers, \(objective), \(crossings)" }
  }

  static let cases = [(2, 3...7), (3, 2...5)].flatMap { tiers, layers in
    [Objective.latency, .energy].flatMap { objective in
      Crossings.allCases.map { Case(tiers: tiers, layers: layers, objective: objective, crossings: $0) }
    }
  }

  @Test(arguments: cases)
  func equalsBruteForce(_ test: Case) throws {
    for seed in 0..<10_000 {
      let problem = PlacementProblem.random(ProblemShape(tiers: test.tiers, layers: test.layers), seed: seed)
      let placements = allPlacements(problem, oneWay: test.crossings == .oneWay)
      let policy = try PolicyRegistry.policy(
        spec: "mincut,crossings=\(test.crossings.rawValue),objective=\(test.objective.rawValue)")
      var random = RandomStream(seed: 1, entity: "test", purpose: "policy")
      if placements.isEmpty {
        #expect(throws: InputError.self) { try policy.placement(for: problem, using: &random) }
        continue
      }
      let choice = try policy.placement(for: problem, using: &random)
      let inBlocks = try PolicyRegistry.policy(
        spec: "mincut,solver=blocks,crossings=\(test.crossings.rawValue),objective=\(test.objective.rawValue)")
      #expect(try inBlocks.placement(for: problem, using: &random) == choice, "seed \(seed)")
      let costs = placements.map { burden($0, problem, test.objective) }
      let least = try #require(costs.min())
      let tolerance = test.objective == .latency ? 0 : 1e-9
      #expect(burden(choice, problem, test.objective) <= least + tolerance, "seed \(seed)")
      #expect(placements.contains(choice), "seed \(seed)")
      guard test.objective == .latency else { continue }
      // Of equal optima, every layer is on the lowest tier that it has in any.
      let optima = zip(placements, costs).filter { $1 == least }.map(\.0)
      let lowest = choice.tiers.indices.map { layer in optima.map { $0.tiers[layer] }.min() }
      #expect(choice.tiers == lowest, "seed \(seed)")
    }
  }

  private func burden(_ placement: Placement, _ problem: PlacementProblem, _ objective: Objective) -> Double {
    let cost = DirectCost(placement, in: problem)
    return objective == .latency ? Double(cost.latency) : cost.joules
  }

  /// Two pinned layers that force a crossing back: no one-way placement, and an error instead of an overflow.
  @Test func refusesOneWayWherePinsForbidIt() throws {
    let table = try CostTable(
      JSONParser.parse(
        """
        {"offloadsim_costs": 1, "tiers": ["a", "b"], "layers": [
          {"name": "x", "output_bytes": 1},
          {"name": "y", "inputs": ["x"], "output_bytes": 1, "ms": {"b": 1}, "pinned": "b"},
          {"name": "z", "inputs": ["y"], "output_bytes": 1, "ms": {"a": 1}, "pinned": "a"}]}
        """, file: "t"), name: "t")
    let problem = table.problem(hops: [PlacementProblem.Hop(uplinkMbps: 1)])
    #expect(throws: InputError.self) {
      try Planner.plan(problem, policy: PolicyRegistry.policy(spec: "mincut,crossings=one-way"))
    }
    let plan = try Planner.plan(problem, policy: PolicyRegistry.policy(spec: "mincut"))
    #expect(plan.choice.placement.tiers == [0, 1, 0])
  }
}
