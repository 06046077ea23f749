import Partitioning
import RandomStreams
import Simulation
import Testing

/// A request that meets no other takes and costs exactly what the plan says.
struct IsolatedRequestTests {
  /// A random chain of two to four tiers with random layers, placement, schedulers, servers, powers and radio.
  static func model(_ index: Int) -> SystemModel {
    var random = RandomStream(seed: 11, entity: "isolated", index: UInt64(index), purpose: "test")
    let tiers = 2 + random.integer(below: 3)
    let nodes = (0..<tiers).map { tier in
      NodeModel(
        name: "node\(tier)", role: tier == 0 ? .device : tier == tiers - 1 ? .cloud : .edge,
        count: 1 + random.integer(below: 3), servers: 1 + random.integer(below: 3),
        scheduler: random.uniform() < 0.5 ? .fifo : .ps, idleWatts: random.uniform() * 3,
        busyWatts: 3 + random.uniform() * 5)
    }
    let links = (0..<tiers - 1).map { hop in
      LinkModel.test(
        "link\(hop)", from: hop, upMbps: 1 + random.uniform() * 20, downMbps: 1 + random.uniform() * 20,
        propagationSeconds: random.uniform() < 0.3 ? 0 : random.uniform() * 0.05,
        sharing: random.uniform() < 0.5 ? .fair : .fifo, isShared: random.uniform() < 0.3)
    }
    let layers = (0..<1 + random.integer(below: 8)).map { _ in
      ChainLayer(
        (0..<tiers).map { _ in random.uniform() < 0.1 ? 0 : random.uniform() * 0.5 },
        bytes: random.integer(below: 200_000), on: UInt8(random.integer(below: tiers)))
    }
    let radios: [RadioPower] = [.none, .constant(transmitWatts: 1.3, receiveWatts: 0.9), .testRadio]
    return .chain(
      nodes: nodes, links: links, layers: layers, inputBytes: random.integer(below: 600_000),
      radio: radios[index % 3], returnsResult: random.uniform() < 0.5, arrivals: .trace(nanoseconds: [12_345_678]),
      durationSeconds: 100)
  }

  @Test(arguments: 0..<150)
  func agreesWithThePlan(index: Int) throws {
    let model = Self.model(index)
    let source = model.sources[0]
    var lone = model
    // Each machine would send one; the others are kept from it.
    lone.nodes[0].count = 1
    let (requests, result) = try lone.recorded()
    #expect(requests.count == 1)
    let request = try #require(requests.first)
    let plan = source.problem.cost(of: result.placements[Int(request.placement)].placement)
    #expect(request.latency == plan.latencyNanoseconds)
    #expect(request.parts == request.latency)
    #expect(request.deviceCompute == plan.deviceCompute && request.edgeCompute == plan.edgeCompute)
    #expect(request.cloudCompute == plan.cloudCompute)
    #expect(request.uplink == plan.uplink && request.downlink == plan.downlink)
    #expect(request.bytesUp == plan.bytesUp && request.bytesDown == plan.bytesDown)
    let joules: [(Double, Double)] = [
      (request.deviceComputeJoules, plan.deviceComputeJoules), (request.transmitJoules, plan.transmitJoules),
      (request.receiveJoules, plan.receiveJoules), (request.waitJoules, plan.waitJoules),
      (request.radioOverheadJoules, plan.radioOverheadJoules), (request.serverJoules, plan.serverJoules),
      (request.deviceJoules, plan.deviceJoules),
    ]
    for (simulated, planned) in joules { #expect(abs(simulated - planned) <= 1e-9 * max(planned, 1e-3)) }
  }
}
