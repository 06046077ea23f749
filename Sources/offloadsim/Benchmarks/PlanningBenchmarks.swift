import Experiments
import Partitioning

extension Benchmarks {
  /// One decision of each planner over a Raspberry Pi 4 and a GPU server, joined by Wi-Fi; with three tiers a Jetson stands
  /// between them, on the same Wi-Fi and 200 Mbit/s further up.
  ///
  /// `mincut` builds the graph and cuts it, `blocks` block by block; `again` only has another bandwidth, which changes with
  /// every decision, and so has the scan of single-tensor cuts, `neurosurgeon`.
  static func planning(models: [String]) throws -> [BenchmarkCase] {
    let names = models.isEmpty ? ["resnet50", "inception_v3", "densenet121", "efficientnet_b0", "gpt2"] : models
    return try names.flatMap { name in
      let network = try LoadedModel.find(name, withWeights: false).costGraph()
      let wifi = PlacementProblem.Hop(uplinkMbps: 18.88, downlinkMbps: 54.97, roundTripMilliseconds: 20)
      let wired = PlacementProblem.Hop(uplinkMbps: 200, roundTripMilliseconds: 10)
      let profiles = try ["raspberry-pi-4", "jetson-nano", "nvidia-t4"].map { try DeviceProfile.find($0) }
      func problem(_ chosen: [(String, DeviceProfile)], _ hops: [PlacementProblem.Hop]) -> PlacementProblem {
        PlacementProblem(
          network: network, tiers: chosen.map { $0.1.tier(named: $0.0, computing: network) }, hops: hops)
      }
      let two = problem([("device", profiles[0]), ("cloud", profiles[2])], [wifi])
      let three = problem(
        [("device", profiles[0]), ("edge", profiles[1]), ("cloud", profiles[2])], [wifi, wired])
      let label = name.split(separator: "/").last.map { $0.hasSuffix(".onnx") ? String($0.dropLast(5)) : String($0) }
      return cases(label ?? name, two, three)
    }
  }

  private static func cases(
    _ name: String, _ two: PlacementProblem, _ three: PlacementProblem
  ) -> [BenchmarkCase] {
    let scan = ChainScan(two, .latency)
    var cases = [("", two), (" three tiers", three)].flatMap { suffix, problem in
      let prepared = PreparedCut(problem, .latency, .twoWay)
      let blocks = PreparedCut(problem, .latency, .twoWay, solver: .blocks)
      var rates = ChangingRates(problem)
      return [
        decision("mincut\(suffix) \(name)") { PlanningBenchmark.cut(problem, solver: .whole) },
        decision("mincut again\(suffix) \(name)") { prepared.placement(over: rates.next().hops) },
        decision("blocks\(suffix) \(name)") { PlanningBenchmark.cut(problem, solver: .blocks) },
        decision("blocks again\(suffix) \(name)") { blocks.placement(over: rates.next().hops) },
      ]
    }
    var rates = ChangingRates(two)
    cases.append(decision("neurosurgeon \(name)", times: 100) { scan.best(for: rates.next()) })
    return cases
  }

  /// Decides `times` times a run, as the clock is too coarse for one; the figures are of one decision.
  private static func decision(
    _ name: String, times: Int = 1, _ decide: @escaping () -> Placement?
  ) -> BenchmarkCase {
    BenchmarkCase(name: name, defaultRuns: 200, repetitions: times) {
      for _ in 0..<times { _ = decide() }
      return [("decisions_per_s", Double(times))]
    }
  }

  /// The same problem with one of eight bandwidths after another.
  private struct ChangingRates {
    private let problems: [PlacementProblem]
    private var index = 0

    init(_ problem: PlacementProblem) {
      problems = (1...8).map { step in
        var hops = problem.hops
        hops[0] = PlacementProblem.Hop(
          uplinkBitsPerSecond: hops[0].uplinkBitsPerSecond * Double(step) / 4,
          downlinkBitsPerSecond: hops[0].downlinkBitsPerSecond * Double(step) / 4,
          propagationNanoseconds: hops[0].propagationNanoseconds)
        return PlacementProblem(network: problem.network, tiers: problem.tiers, hops: hops)
      }
    }

    mutating func next() -> PlacementProblem {
      index = (index + 1) % problems.count
      return problems[index]
    }
  }
}
