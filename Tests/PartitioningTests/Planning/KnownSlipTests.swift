import Inference
import ModelZoo
import Partitioning
import RandomStreams
import StrictJSON
import Testing

/// Mistakes that public implementations of split inference have made, one test each.
struct KnownSlipTests {
  private func problem(_ layers: String, link: String = "device:cloud=8/8+0") throws -> PlacementProblem {
    let text = "{\"offloadsim_costs\": 1, \"tiers\": [\"device\", \"cloud\"], \"layers\": [\(layers)]}"
    let table = try CostTable(JSONParser.parse(text, file: "t"), name: "t")
    return table.problem(hops: try LinkSpec.hops(joining: table.tiers, with: [LinkSpec(link)]))
  }

  private func best(_ problem: PlacementProblem, _ spec: String = "mincut") throws -> PlanReport {
    try Planner.plan(problem, policy: PolicyRegistry.policy(spec: spec))
  }

  /// Mbit/s are 10^6 bits, not 2^20, and bits are not bytes: 10^6 bytes over 8 Mbit/s take one second.
  @Test func megabitsAreDecimalBits() throws {
    let hop = PlacementProblem.Hop(uplinkMbps: 8)
    #expect(hop.transferNanoseconds(bytes: 1_000_000, .up) == 1_000_000_000)
  }

  /// The size of a tensor is the product of its dimensions, not their sum.
  @Test func sizesMultiplyDimensions() throws {
    let network = try CostGraph(Zoo.build("resnet18", withWeights: false))
    let input = try #require(network.tensors.first { network.layers[$0.producer].isInput })
    #expect(input.bytes == 3 * 224 * 224 * 4)
  }

  /// A message takes its half round trip besides its bytes, each message its own.
  @Test func everyMessageTakesItsPropagation() throws {
    let layers = """
      {"name": "x", "output_bytes": 0}, {"name": "y", "output_bytes": 0},
      {"name": "f", "inputs": ["x", "y"], "output_bytes": 0, "ms": {"device": 100, "cloud": 1}}
      """
    #expect(try best(problem(layers, link: "device:cloud=8/8+30")).choice.cost.latencyMilliseconds == 1 + 2 * 15)
  }

  /// Tensors are told apart by what makes them: equal shapes, and equal values after an activation, are two messages.
  @Test func equalTensorsAreNotMerged() throws {
    let layers = """
      {"name": "x", "output_bytes": 1000},
      {"name": "a", "inputs": ["x"], "output_bytes": 1000, "ms": {"device": 0, "cloud": 0}, "pinned": "device"},
      {"name": "relu", "inputs": ["a"], "output_bytes": 1000, "ms": {"device": 0, "cloud": 0}, "pinned": "device"},
      {"name": "f", "inputs": ["a", "relu"], "output_bytes": 1, "ms": {"cloud": 0}, "pinned": "cloud"}
      """
    #expect(try best(problem(layers)).choice.cost.latencyMilliseconds == 2)
  }

  /// A tensor with three readers on the other side is sent once, not once per reader.
  @Test func aTensorIsPaidOncePerLink() throws {
    let readers = (0..<3).map {
      "{\"name\": \"r\($0)\", \"inputs\": [\"x\"], \"output_bytes\": 1, \"ms\": {\"device\": 1, \"cloud\": 0}}"
    }
    // 2 ms for x once is less than 3 ms on the device; three times it would be more.
    let report = try best(problem("{\"name\": \"x\", \"output_bytes\": 2000}, " + readers.joined(separator: ", ")))
    #expect(report.choice.cost.latencyMilliseconds == 2)
    #expect(report.choice.placement.tiers == [0, 1, 1, 1])
  }

  /// Going back to the device is not free: a graph without arcs back would have it so.
  @Test func flowingBackIsPaidFor() throws {
    let layers = """
      {"name": "x", "output_bytes": 0},
      {"name": "a", "inputs": ["x"], "output_bytes": 5000, "ms": {"device": 9, "cloud": 0}},
      {"name": "b", "inputs": ["a"], "output_bytes": 0, "ms": {"device": 0, "cloud": 4}}
      """
    // Cloud for both: 4; a on the cloud and b back: 5 ms of download.
    #expect(try best(problem(layers)).choice.cost.latencyMilliseconds == 4)
    #expect(try best(problem(layers), "mincut,crossings=one-way").choice.cost.latencyMilliseconds == 4)
  }

  /// Capacities are whole nanoseconds: rounding milliseconds to three decimals would make these two equal.
  @Test func aNanosecondDecides() throws {
    for (device, cloud, tier) in [(1.000001, 1.000000, 1), (1.000000, 1.000001, 0)] {
      let layers = """
        {"name": "x", "output_bytes": 0},
        {"name": "a", "inputs": ["x"], "output_bytes": 0, "ms": {"device": \(device), "cloud": \(cloud)}}
        """
      #expect(try best(problem(layers)).choice.placement[1] == tier)
    }
  }

  /// The work of a convolution is k · k · C_in · C_out per output, not (k · k · C_in)² · C_out; of a strided one less.
  @Test func convolutionsCountTheirMultiplications() throws {
    let network = try CostGraph(Zoo.build("vgg16", withWeights: false))
    let second = try network.layers(named: "features.2")[0]
    #expect(network.layers[second].work?.macs == 3 * 3 * 64 * 64 * 224 * 224)
  }

  /// A fitted model can predict less than no time for a small pooling layer; a roofline cannot.
  @Test func noLayerTakesNegativeTime() throws {
    for name in Zoo.descriptions.map(\.name) {
      let network = try CostGraph(Zoo.build(name, withWeights: false))
      for profile in try DeviceProfile.builtInNames.map({ try DeviceProfile.find($0) }) {
        #expect(profile.nanoseconds(of: network).allSatisfy { $0 >= 0 }, "\(name) on \(profile.name)")
      }
    }
  }
}
