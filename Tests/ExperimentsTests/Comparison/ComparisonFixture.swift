import Partitioning
import RandomStreams
import Results
import Simulation
import StrictJSON

/// The least system that runs can be recorded for.
enum ComparisonFixture {
  static let models = [ModelDescription(name: "m", origin: "costs", macs: 0, parameters: 0, layers: [])]

  static let system = SystemModel(
    nodes: [NodeModel(name: "device", role: .device)], links: [], sources: [source], models: ["m"], seed: 1,
    durationNanoseconds: 10_000_000_000)

  private static let source = SourceModel(
    node: 0, model: 0, arrivals: .poisson(ratePerSecond: 1), path: [0], links: [],
    problem: PlacementProblem(
      network: CostGraph(name: "m", layers: [], tensors: []),
      tiers: [.init(name: "device", computeNanoseconds: [], busyWatts: 0, idleWatts: 0)], hops: []),
    policy: Empty())

  private struct Empty: PartitionPolicy {
    static let kind = "empty"
    static let summary = "Places nothing."
    let informationClass = InformationClass.blind
    let isStatic = true

    init() {}
    init(from fields: inout FieldReader) {}

    func placement(for problem: PlacementProblem, using random: inout RandomStream) throws -> Placement {
      Placement(tiers: [])
    }
  }
}
