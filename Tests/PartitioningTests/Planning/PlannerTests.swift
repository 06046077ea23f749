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
    #expect(json["information_class"] == "profiled")
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
    let text = try plan("cloud").text()
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.hasPrefix("(nothing)") && $0.hasSuffix("◀ chosen") })
    #expect(lines.contains { $0.hasPrefix("fc") && $0.hasSuffix("◀ optimum") })
    #expect(lines.contains("optimum: device: input to fc (3 layers)"))
    #expect(lines.contains("cloud chooses this while the uplink is at any rate (now 16.00)"))
    #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
  }

  /// 303, 412 and 30 ms: bars to the scale of 12 x 30 ms, the one beyond broken off, 10 ms of device shown apart.
  @Test func barsAreStackedToOneScale() throws {
    let lines = try plan("cloud").text(PlanReport.Layout(columns: 1000)).split(separator: "\n").map(String.init)
    func bar(_ name: String) throws -> String {
      let line = try #require(lines.first { $0.hasPrefix(name + " ") })
      return String(line.filter { "█▒▓░▶".contains($0) })
    }
    // 60 columns are 360 ms: 300 ms of upload are 50, 3 ms on the cloud half a column.
    #expect(try bar("(nothing)") == String(repeating: "▒", count: 50) + "▓")
    #expect(try bar("conv1") == "██" + String(repeating: "▒", count: 57) + "▶")
    #expect(try bar("fc") == "█████")
    // The cut after the input equals the one before everything.
    #expect(!lines.contains { $0.hasPrefix("input ") })
  }

  /// Between local (30 ms) and cloud (3 ms + 600 kB): 4.8 Mbit in 27 ms; the cut after conv1 is never best.
  @Test func rangesOfTheContractExample() throws {
    let report = try plan("mincut")
    let entry = try #require(report.bandwidths.first)
    let choice = try #require(entry.choice)
    #expect(choice.fromMbps == 0)
    let limit = try #require(choice.toMbps)
    #expect(abs(limit - 4.8 / 0.027) < 1e-9)
    let optimum = try #require(entry.optimum).intervals
    #expect(optimum.map(\.placement.tiers) == [[0, 0, 0], [0, 1, 1]])
    #expect(report.text().contains("up to 177.8 Mbit/s: all on device; 177.8 Mbit/s or more: all on cloud"))
    let json = try #require(report.json["bandwidth"])
    guard case .array(let links) = json, case .array(let ranges)? = links[0]["optimum"] else {
      Issue.record("no ranges")
      return
    }
    #expect(links[0]["link"] == "device:cloud")
    #expect(ranges.count == 2 && ranges[1]["to_mbps"] == .null && ranges[1]["is_cut"] == .bool(true))
    // The busiest stages: 600 kB of upload, or 30 ms of device.
    let throughput = try #require(plan("mincut", .throughput).bandwidths[0].choice)
    let highest = try #require(throughput.toMbps)
    #expect(throughput.fromMbps == 0 && abs(highest - 4.8 / 0.030) < 1e-9)
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
