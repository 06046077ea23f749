import Partitioning
import Simulation
import Testing

struct SimulationErrorTests {
  static func model() -> SystemModel {
    .chain(
      nodes: [NodeModel(name: "device", role: .device), NodeModel(name: "cloud", role: .cloud)], links: [.test()],
      layers: [ChainLayer([0.1, 0.1], on: 1)], inputBytes: 100, arrivals: .poisson(ratePerSecond: 20),
      durationSeconds: 1)
  }

  static let breakages: [@Sendable (inout SystemModel) -> Void] = [
    { $0.warmupNanoseconds = $0.durationNanoseconds },
    { $0.durationNanoseconds = .max },
    { $0.replication = -1 },
    { $0.nodes[0].count = 0 },
    { $0.nodes[0].servers = -1 },
    { $0.nodes[0].busyWatts = .nan },
    { $0.nodes[0].variation = .gamma(cv: .infinity) },
    { $0.links[0].hop = .init(uplinkBitsPerSecond: 0, downlinkBitsPerSecond: 1, propagationNanoseconds: 0) },
    { $0.links[0].hop = .init(uplinkBitsPerSecond: 1e-9, downlinkBitsPerSecond: 1, propagationNanoseconds: 0) },
    { $0.links[0].to = 7 },
    { $0.sources[0].path = [1, 0] },
    { $0.sources[0].links = [] },
    { $0.sources[0].arrivals = .poisson(ratePerSecond: -1) },
    { $0.sources[0].arrivals = .trace(nanoseconds: [5, 3]) },
    { $0.sources[0].arrivals = .closed(clients: 0, thinkSeconds: 0, exponential: false) },
    { $0.sources[0].arrivals = .mmpp(ratesPerSecond: [1, 2], meanHoldingSeconds: [1]) },
    { $0.links[0].loss = MessageLoss(perMessage: 2) },
    { $0.links[0].outages = [Outage(start: 5, end: 3)] },
    { $0.nodes[1].randomOutages = RandomOutages(meanUpNanoseconds: 0, meanDownNanoseconds: 1) },
    { $0.links[0].sharing = .wifi },
    { $0.links[0].longestRestNanoseconds = -1 },
    { $0.sources[0].recovery = Recovery(backoffFactor: .nan) },
    { $0.sources[0].recovery = Recovery(retries: -1) },
    {
      $0.sources.append($0.sources[0]); $0.sources[1].problem = Self.otherRadio
    },
  ]

  static let otherRadio = PlacementProblem.chain(
    [ChainLayer([0.1, 0.1], on: 1)], nodes: model().nodes, hops: [model().links[0].hop], radio: .testRadio)

  @Test(arguments: breakages.indices)
  func contradictionsAreErrors(index: Int) {
    var model = Self.model()
    Self.breakages[index](&model)
    #expect(throws: SimulationError.self) { try Simulator(model).run() }
  }

  @Test func intactModelRuns() throws {
    #expect(try Simulator(Self.model()).run().models[0].requests > 0)
  }

  /// A client that neither thinks nor waits would never let time pass.
  @Test func endlessClientsAreErrors() {
    let model = SystemModel.chain(
      nodes: [NodeModel(name: "server", role: .device)], layers: [ChainLayer([0], on: 0)],
      arrivals: .closed(clients: 1, thinkSeconds: 0, exponential: false), durationSeconds: 1)
    #expect(throws: SimulationError.self) { try Simulator(model).run() }
  }
}
