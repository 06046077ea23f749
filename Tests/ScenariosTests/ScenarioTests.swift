import Partitioning
import Scenarios
import Simulation
import StrictJSON
import Testing

struct ScenarioTests {
  @Test func fillsInDefaults() throws {
    let scenario = try Samples.scenario(Samples.smallest)
    #expect(scenario.name == "small" && scenario.seed == 1 && scenario.durationSeconds == 10)
    #expect(scenario.warmupSeconds == 0 && scenario.replications == 1 && scenario.drains && !scenario.returnsResult)
    #expect(scenario.execution == .once && scenario.timing == .profile && scenario.record == .requests)
    #expect(scenario.objective == .latency)
    let link = scenario.links[0]
    #expect(link.uplinkMbps == 8 && link.downlinkMbps == 8 && link.rttMilliseconds == 0 && link.sharing == .fair)
    #expect(link.radio == .none && !link.isShared)
    let node = scenario.nodes[0]
    #expect(
      node.count == 1 && node.servers == 1 && node.scheduler == .fifo && node.variation == .none && node.speed == 1)
    let entry = scenario.workload[0]
    #expect(entry.encoding == .rawF32 && entry.inputBytes == nil && entry.deadlineMilliseconds == nil)
    #expect(entry.arrivals == .poisson(ratePerSecond: 2))
    #expect(scenario.path(of: entry) == Scenario.Path(nodes: [0, 1], links: [0]))
    #expect(scenario.policies.map(\.label) == ["local"])
  }

  /// The example of the format's documentation, with a cost table less.
  @Test func readsEveryField() throws {
    let scenario = try Samples.scenario(
      """
      {
        "$schema": "scenario.schema.json", "offloadsim": 1,
        "name": "lte-cameras", "seed": 42,
        "duration_s": 600, "warmup_s": 60, "replications": 5,
        "models": [{"name": "mobilenet_v2"}, {"name": "vww", "file": "models/vww.onnx"}, {"name": "toy", "costs": "toy.json"}],
        "nodes": [
          {"name": "camera", "tier": "device", "count": 50, "profile": "raspberry-pi-4",
           "service_variation": {"kind": "gamma", "cv": 0.5}, "speed": 8},
          {"name": "gateway", "tier": "edge", "profile": "p.json", "scheduler": {"kind": "ps"}},
          {"name": "cloud", "tier": "cloud", "profile": "nvidia-t4", "servers": 4, "scheduler": "fifo"}],
        "links": [
          {"name": "lte", "from": "camera", "to": "gateway", "uplink_mbps": 5.85, "downlink_mbps": 13.76, "rtt_ms": 50,
           "sharing": "fifo", "radio": {"tx_base_w": 1.5, "tail_s": 2, "tail_w": 1}, "shared": true, "transport": "ideal",
           "forwarding": "store", "per_message_us": 0, "ns_per_byte": 0, "outages": []},
          {"name": "wan", "from": "gateway", "to": "cloud", "uplink_mbps": 200, "downlink_mbps": 200, "rtt_ms": 20}],
        "workload": [
          {"source": "camera", "model": "mobilenet_v2", "arrivals": {"kind": "periodic", "rate_per_s": 2, "phase_s": 0.5},
           "input": {"encoding": "jpeg", "bytes": 20000}, "deadline_ms": 200},
          {"source": "camera", "model": "vww", "arrivals": {"kind": "trace", "times_s": [0, 1.5, 1.5]}},
          {"source": "gateway", "model": "toy", "arrivals": {"kind": "closed", "clients": 3, "think": "exponential"}},
          {"source": "gateway", "model": "toy",
           "arrivals": {"kind": "mmpp", "rates_per_s": [1, 9], "mean_holding_s": [10, 2]}}],
        "policies": ["local", {"kind": "fixed", "cut": "features.18"}, "fixed,cut=a", {"kind": "local", "label": "at home"}],
        "objective": "energy",
        "execution": {"mode": "every"}, "timing": "measured", "record": "summary", "return_result": true, "drain": false
      }
      """)
    #expect(scenario.seed == 42 && scenario.warmupSeconds == 60 && scenario.replications == 5)
    #expect(scenario.models[1].source == .onnx(file: Reference(name: "models/vww.onnx", position: place(5, 64))))
    #expect(
      scenario.nodes[0].count == 50 && scenario.nodes[0].variation == .gamma(cv: 0.5) && scenario.nodes[0].speed == 8)
    #expect(scenario.nodes[1].scheduler == .ps && scenario.nodes[2].servers == 4)
    #expect(scenario.nodes.map(\.tier) == [.device, .edge, .cloud])
    let link = scenario.links[0]
    #expect(link.uplinkMbps == 5.85 && link.downlinkMbps == 13.76 && link.rttMilliseconds == 50)
    #expect(link.sharing == .fifo && link.isShared)
    guard case .cellular(let radio) = link.radio else {
      Issue.record("no radio")
      return
    }
    #expect(radio.transmitBaseWatts == 1.5 && radio.tailNanoseconds == 2_000_000_000 && radio.promotionWatts == 0)
    #expect(scenario.workload[0].arrivals == .periodic(ratePerSecond: 2, phaseSeconds: 0.5))
    #expect(scenario.workload[0].encoding == .jpeg && scenario.workload[0].inputBytes == 20000)
    #expect(scenario.workload[0].deadlineMilliseconds == 200)
    #expect(scenario.workload[1].arrivals == .trace(nanoseconds: [0, 1_500_000_000, 1_500_000_000]))
    #expect(scenario.workload[2].arrivals == .closed(clients: 3, thinkSeconds: 0, exponential: true))
    #expect(scenario.workload[3].arrivals == .mmpp(ratesPerSecond: [1, 9], meanHoldingSeconds: [10, 2]))
    #expect(scenario.policies.map(\.label) == ["local", "fixed,cut=features.18", "fixed,cut=a", "at home"])
    #expect(scenario.execution == .every && scenario.timing == .measured && scenario.record == .summary)
    #expect(scenario.returnsResult && !scenario.drains && scenario.objective == .energy)
    #expect(scenario.path(of: scenario.workload[0]) == Scenario.Path(nodes: [0, 1, 2], links: [0, 1]))
    #expect(scenario.path(of: scenario.workload[2]) == Scenario.Path(nodes: [1, 2], links: [1]))
  }

  @Test(arguments: ["wifi", "lte", "3g", "5g"])
  func knowsRadios(name: String) throws {
    let scenario = try Samples.scenario(
      Samples.smallest(#""uplink_mbps": 8"#, #""uplink_mbps": 8, "radio": "\#(name)""#))
    guard case .cellular(let radio) = scenario.links[0].radio else {
      Issue.record("\(name) is no radio")
      return
    }
    #expect(radio.transmitBaseWatts > 0 && radio.tailNanoseconds > 0 && radio.promotionNanoseconds > 0)
  }

  /// P = slope * rate + base at the rates of the paper's table: 1.774, 3.853 and 5.479 W.
  @Test(arguments: [("3g", 1.1, 1.774), ("lte", 5.85, 3.853), ("wifi", 18.88, 5.479)])
  func radioPowerIsThePapers(name: String, mbps: Double, watts: Double) throws {
    let scenario = try Samples.scenario(
      Samples.smallest(#""uplink_mbps": 8"#, #""uplink_mbps": 8, "radio": "\#(name)""#))
    guard case .cellular(let radio) = scenario.links[0].radio else { return }
    #expect(abs(radio.transmitBaseWatts + radio.transmitWattsPerMbps * mbps - watts) < 0.001)
  }

  @Test func theScenariosObjectiveIsThePoliciesDefault() throws {
    let text = Samples.smallest(
      #""policies": ["local"]"#,
      #""objective": "energy", "policies": ["neurosurgeon", {"kind": "neurosurgeon", "objective": "latency"}]"#)
    let resolved = try Samples.scenario(text).resolved
    #expect(resolved["policies"]?.compact.contains(#""label":"neurosurgeon","objective":"energy""#) == true)
    #expect(
      resolved["policies"]?.compact.contains(#""label":"neurosurgeon,objective=latency","objective":"latency""#) == true
    )
  }

  @Test func resolvedJSONIsTheSameForTheSameMeaning() throws {
    let plain = try Samples.scenario(Samples.smallest).resolvedJSON
    let wordy = try Samples.scenario(
      """
      {"policies": [{"kind": "local", "label": "local"}], "name": "small", "offloadsim": 1.0, "seed": 1, "duration_s": 1e1,
       "workload": [{"model": "lenet5", "source": "phone", "input": {"encoding": "raw_f32"},
                     "arrivals": "poisson,rate_per_s=2"}],
       "links": [{"name": "wan", "from": "phone", "to": "cloud", "downlink_mbps": 8.0, "uplink_mbps": 8, "radio": "none"}],
       "models": [{"name": "lenet5"}], "execution": {}, // a comment
       "nodes": [{"tier": "device", "name": "phone", "scheduler": {"kind": "fifo"}}, {"name": "cloud", "tier": "cloud"}]}
      """
    ).resolvedJSON
    #expect(plain == wordy)
    #expect(try Samples.scenario(plain).resolvedJSON == plain)
  }

  private func place(_ line: Int, _ column: Int) -> SourcePosition {
    SourcePosition(file: "f", line: line, column: column)
  }
}
