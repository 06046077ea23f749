import Foundation
import Testing

struct PlanTests {
  /// The worked example of the cost table format: device, link of 16 Mbit/s, cloud ten times faster.
  @Test func costsOfEveryCutAreTheSerialSums() throws {
    let folder = try TemporaryFolder()
    let table = try folder.write(
      """
      {"offloadsim_costs": 1, "tiers": ["device", "cloud"],
       "power_w": {"device": {"busy": 2, "idle": 0.3, "tx": 1, "rx": 1}},
       "layers": [
         {"name": "input", "inputs": [], "output_bytes": 600000, "pinned": "device"},
         {"name": "conv1", "inputs": ["input"], "output_bytes": 800000, "ms": {"device": 10, "cloud": 1}},
         {"name": "fc", "inputs": ["conv1"], "output_bytes": 4000, "ms": {"device": 20, "cloud": 2}}]}
      """, to: "toy.json")
    let plan = try Program.json([
      "plan", "--costs", table, "--link", "device:cloud=16/16+0", "--policy", "mincut", "--format", "json",
    ])
    let candidates = try #require(plan["candidates"] as? [[String: Any]])
    let latencies = candidates.map { ($0["cut"] as? String, $0["latency_ms"] as? Double) }
    #expect(latencies.map(\.0) == [nil, "input", "conv1", "fc"])
    #expect(latencies.map(\.1) == [303.0, 303.0, 412.0, 30.0])
    #expect(plan["latency_ms"] as? Double == 30)
    #expect(plan["energy_j"] as? Double == 2 * 0.030)
    #expect((plan["placement"] as? [String: String])?["fc"] == "device")
    #expect((plan["optimum"] as? [String: Any])?["value"] as? Double == 30)
  }

  @Test(arguments: ["latency", "energy"])
  func noPolicyBeatsTheOptimum(objective: String) throws {
    for policy in ["local", "cloud", "neurosurgeon", "mincut", "oracle", "fixed,cut=layer2"] {
      let plan = try Program.json([
        "plan", "--model", "resnet18", "--device", "raspberry-pi-4", "--server", "nvidia-t4", "--uplink-mbps", "18.88",
        "--policy", policy, "--objective", objective, "--format", "json",
      ])
      let value = try #require(plan["value"] as? Double)
      let optimum = try #require((plan["optimum"] as? [String: Any])?["value"] as? Double)
      #expect(value >= optimum)
      if ["mincut", "oracle"].contains(policy) { #expect(value == optimum) }
    }
  }

  @Test(arguments: ["minct", "fixed,cut=nowhere", "fixed", "mincut,crossings=sideways"])
  func badPoliciesAreBadInput(policy: String) throws {
    let result = try Program.run([
      "plan", "--model", "lenet5", "--device", "raspberry-pi-4", "--server", "nvidia-t4", "--uplink-mbps", "10",
      "--policy", policy,
    ])
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("error: "))
  }
}
