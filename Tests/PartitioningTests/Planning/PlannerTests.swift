import Partitioning
import StrictJSON
import Testing

struct PlannerTests {
  private func plan(_ spec: String, _ objective: Objective? = nil, link: String = "device:cloud=16/16+0") throws
    -> PlanReport
  {
    let table = try CostTable(JSONParser.parse(CostTableTests.example, file: "t.json"), name: "toy")
    let hops = try LinkSpec.hops(joining: table.tiers, with: [LinkSpec(link)])
    return try Planner.plan(table.problem(hops: hops), policy: PolicyRegistry.policy(spec: spec), objective: objective)
  }

  /// The contract's table over 16 Mbit/s: 600 kB take 300 ms, 800 kB 400 ms, 4 kB 2 ms.
  @Test func contractExample() throws {
    let report = try plan("cloud")
    #expect(report.candidates.map(\.cut) == [nil, "input", "conv1", "fc"])
    #expect(report.candidates.map { $0.cost.latencyMilliseconds } == [303, 303, 412, 30])
    let joules = report.candidates.map { $0.cost.deviceJoules }
    for (found, expected) in zip(joules, [0.3 + 0.3 * 0.003, 0.3 + 0.3 * 0.003, 0.02 + 0.4 + 0.3 * 0.002, 0.06]) {
      #expect(abs(found - expected) < 1e-12)
    }
    let rates = report.candidates.map { $0.cost.throughputPerSecond }
    for (found, expected) in zip(rates, [1 / 0.3, 1 / 0.3, 1 / 0.4, 1 / 0.03]) { #expect(abs(found - expected) < 1e-9) }
    #expect(report.choice.placement.tiers == [0, 1, 1])
    #expect(report.optimum.placement.tiers == [0, 0, 0])
    #expect(report.optimumIsProven)
  }

  @Test func jsonHasTheContractsNames() throws {
    let json = try plan("mincut", .energy).json
    #expect(json["objective"] == "energy")
    #expect(json["value"] == json["energy_j"])
    #expect(json["latency_ms"] == .number(30))
    #expect(json["throughput_per_s"] == .number(1e9 / 30_000_000))
    #expect(json["placement"] == ["input": "device", "conv1": "device", "fc": "device"])
    #expect(json["optimum"]?["placement"] == json["placement"])
    guard case .array(let candidates)? = json["candidates"] else {
      Issue.record("no candidates")
      return
    }
    #expect(candidates.map { $0["cut"] } == [.null, "input", "conv1", "fc"])
    #expect(candidates[0]["latency_ms"] == .number(303))
  }

  @Test func textMarksChoiceAndOptimum() throws {
    let text = try plan("cloud").text
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.hasPrefix("(nothing)") && $0.hasSuffix("chosen") })
    #expect(lines.contains { $0.hasPrefix("fc") && $0.hasSuffix("optimum") })
    #expect(lines.contains("optimum: device: input to fc (3 layers)"))
    #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
  }

  @Test func objectiveComesFromTheCommandThenThePolicy() throws {
    #expect(try plan("mincut,objective=energy").objective == .energy)
    #expect(try plan("mincut,objective=energy", .throughput).objective == .throughput)
    #expect(try plan("mincut").objective == .latency)
  }

  @Test func refusesTimesBeyondACentury() throws {
    #expect(throws: InputError.self) { try plan("local", link: "device:cloud=1e-9") }
  }

  @Test func refusesPinsOffThePath() throws {
    let network = CostGraph(
      name: "n", layers: [.init(name: "a", inputs: [], outputs: [0], pinnedTier: "clod")],
      tensors: [.init(name: "a", producer: 0, consumers: [], bytes: 1, isResult: true)])
    let problem = PlacementProblem(
      network: network, tiers: [.init(name: "cloud", computeNanoseconds: [1], busyWatts: 0, idleWatts: 0)], hops: [])
    let error = try #require(throws: InputError.self) {
      try Planner.plan(problem, policy: PolicyRegistry.policy(spec: "local"))
    }
    #expect(error.description.contains("did you mean 'cloud'"))
  }
}
