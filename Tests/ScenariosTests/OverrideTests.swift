import Scenarios
import StrictJSON
import Testing

struct OverrideTests {
  private func scenario(_ overrides: Scenario.Override...) throws -> Scenario {
    try Samples.scenario(Samples.smallest, overrides: overrides)
  }

  @Test func changesValuesByPath() throws {
    let changed = try scenario(
      .init("workload.0.arrivals.rate_per_s=30"), .init("nodes.cloud.servers=8"), .init("execution.mode=none"),
      .init("links.0.radio=lte"), .init(#"nodes.0.scheduler={"kind": "ps"}"#), .init("name=3d"), .init("seed=7"))
    #expect(changed.workload[0].arrivals == .poisson(ratePerSecond: 30))
    #expect(changed.nodes[1].servers == 8 && changed.nodes[0].scheduler == .ps)
    #expect(changed.execution == .none && changed.links[0].radio != .none && changed.seed == 7)
  }

  @Test func readsTheShortForms() throws {
    let changed = try scenario(
      .seed(5), .replications(3), .record("summary"), .duration(seconds: 2.5), .policies(["fixed,cut=a", "local"]))
    #expect(changed.seed == 5 && changed.replications == 3 && changed.record == .summary)
    #expect(changed.durationSeconds == 2.5)
    #expect(changed.policies.map(\.label) == ["fixed,cut=a", "local"])
  }

  @Test(arguments: [
    ("seed", "--set seed: error: expected PATH=VALUE"),
    ("=1", "--set =1: error: a key is missing in ''"),
    ("a..b=1", "--set a..b=1: error: a key is missing in 'a..b'"),
    ("sed=1", "--set sed=1: error: unknown field 'sed'; did you mean 'seed'?"),
    (
      "duration_s=1e999",
      "--set duration_s=1e999: error: 'duration_s' must be a positive number of at most 60000000, not the string '1e999'"
    ),
    ("nodes=[1,]", "--set nodes=[1,]: error: not valid JSON: trailing comma before ']'"),
    (
      "duration_s=ten",
      "--set duration_s=ten: error: 'duration_s' must be a positive number of at most 60000000, not the string 'ten'"
    ),
    ("nodes.2.servers=1", "--set nodes.2.servers=1: error: 'nodes' has 2 elements, and none is '2'"),
    (
      "nodes.clout.servers=1",
      "--set nodes.clout.servers=1: error: 'nodes' has 2 elements, and none is 'clout'; did you mean 'cloud'?"
    ),
    ("links.0.rt_ms=1", "--set links.0.rt_ms=1: error: unknown field 'rt_ms'; did you mean 'rtt_ms'?"),
    ("links.0.name.x=1", "--set links.0.name.x=1: error: 'links.0.name' is the string 'wan', which has no 'x'"),
    ("warmup_s=10", "--set warmup_s=10: error: 'warmup_s' must be less than 'duration_s'"),
  ])
  func refuses(text: String, message: String) {
    let error = #expect(throws: InputError.self) { try scenario(.init(text)) }
    #expect(error?.description == message)
  }

  @Test func refusesBadPoliciesByTheirSpec() {
    let error = #expect(throws: InputError.self) { try scenario(.policies(["local", "lokal"])) }
    #expect(error?.description == "--policy lokal: error: unknown policy 'lokal'; did you mean 'local'?")
    #expect(throws: InputError.self) { try scenario(.duration(seconds: .infinity)) }
  }
}
