import Partitioning
import Simulation
import Testing

/// Links that take energy for bits and messages.
struct LinkEnergyTests {
  @Test func plansAndRunsAgree() throws {
    let energy = LinkEnergy(uplinkJoulesPerBit: 1e-7, downlinkJoulesPerBit: 2e-7, joulesPerMessage: 0.01)
    let hop = PlacementProblem.Hop(
      uplinkBitsPerSecond: 8e6, downlinkBitsPerSecond: 8e6, propagationNanoseconds: 1_000_000, energy: energy)
    let model = SystemModel.chain(
      nodes: [
        NodeModel(name: "device", role: .device), NodeModel(name: "edge", role: .edge),
        NodeModel(name: "cloud", role: .cloud, busyWatts: 10),
      ],
      links: [
        LinkModel(name: "access", from: 0, to: 1, hop: hop), LinkModel(name: "wan", from: 1, to: 2, hop: hop),
      ],
      layers: [ChainLayer([0, 0, 0.1], bytes: 5000, on: 2)], inputBytes: 100_000, returnsResult: true,
      arrivals: .trace(nanoseconds: [0, 1_000_000_000]), durationSeconds: 60)
    let (requests, extras, result) = try model.withExtras()
    // On each of two links 800,000 bits up, 40,000 down and two messages.
    let each: Double = 2 * (0.08 + 0.008 + 0.02)
    #expect(extras.allSatisfy { abs($0.linkJoules - each) < 1e-12 })
    #expect(abs(result.links[0].joules - each) < 1e-12 && abs(result.links[1].joules - each) < 1e-12)
    let plan = model.sources[0].problem.cost(of: Placement(tiers: [0, 2]))
    #expect(abs(plan.totalJoules - (requests[0].totalJoules + extras[0].linkJoules)) < 1e-12)
  }
}
