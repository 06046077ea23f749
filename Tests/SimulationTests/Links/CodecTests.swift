import Partitioning
import Simulation
import Testing

/// Inputs that are encoded on the device and decoded elsewhere.
struct CodecTests {
  static func model(_ tiers: [UInt8], returnsResult: Bool = true) -> SystemModel {
    var model = SystemModel.chain(
      nodes: [
        NodeModel(name: "device", role: .device, idleWatts: 2, busyWatts: 6),
        NodeModel(name: "edge", role: .edge, idleWatts: 5, busyWatts: 15),
        NodeModel(name: "cloud", role: .cloud, servers: 2, idleWatts: 50, busyWatts: 250),
      ],
      links: [.test("access", propagationSeconds: 0.01), .test("wan", from: 1, propagationSeconds: 0.02)],
      layers: [
        ChainLayer([0.05, 0.02, 0.01], bytes: 9000, on: tiers[0]),
        ChainLayer([0.1, 0.04, 0.02], bytes: 3000, on: tiers[1]),
      ],
      inputBytes: 20_000, radio: .testRadio, returnsResult: returnsResult, arrivals: .trace(nanoseconds: [0]),
      durationSeconds: 60)
    model.sources[0].problem.codec = InputCodec(encodeNanoseconds: 7_000_000, decodeNanoseconds: 3_000_000)
    return model
  }

  /// Wherever it goes it is encoded once and decoded once; where it stays it is not.
  @Test(arguments: [[0, 0], [0, 1], [1, 1], [1, 2], [2, 2], [2, 1], [2, 0], [0, 2]] as [[UInt8]])
  func isolatedRequestsAreAsPlanned(tiers: [UInt8]) throws {
    let model = Self.model(tiers)
    let (requests, result) = try model.recorded()
    let plan = model.sources[0].problem.cost(of: Placement(tiers: [0] + tiers))
    #expect(requests[0].latency == plan.latencyNanoseconds && requests[0].serialize == plan.serialize)
    #expect(requests[0].serialize == (tiers[0] == 0 ? 0 : 10_000_000))
    #expect(abs(requests[0].totalJoules - plan.totalJoules) < 1e-9 * plan.totalJoules)
    // The machine that decodes it is the one that computes the first layer.
    if tiers[0] > 0 {
      let time = model.sources[0].problem.tiers[Int(tiers[0])].computeNanoseconds
      let own = zip([0] + tiers, time).reduce(0) { $0 + ($1.0 == tiers[0] ? $1.1 : 0) }
      let node = model.nodes[Int(tiers[0])]
      let joules = Double(own + 3_000_000) / 1e9 * node.busyWatts / Double(node.servers)
      #expect(abs(result.nodes[Int(tiers[0])].computeJoules - joules) < 1e-9)
    }
  }

  /// The optimum counts what encoding takes: it is the best of all placements.
  @Test(arguments: [Objective.latency, .energy, .throughput])
  func optimumCountsIt(objective: Objective) throws {
    for (encode, decode) in [(0, 0), (7, 3), (40, 0), (0, 60), (100, 50)] {
      var problem = Self.model([0, 0]).sources[0].problem
      problem.codec = InputCodec(
        encodeNanoseconds: Int64(encode) * 1_000_000, decodeNanoseconds: Int64(decode) * 1_000_000)
      let best =
        (0..<9).map { problem.cost(of: Placement(tiers: [0, UInt8($0 / 3), UInt8($0 % 3)])).burden(objective) }
        .min() ?? 0
      let found = Optimum(of: problem, objective).cost.burden(objective)
      #expect(abs(found - best) <= 1e-9 * best, "\(encode) \(decode)")
    }
  }

  /// A retry sends again what was encoded before.
  @Test func retriesDoNotEncodeAgain() throws {
    var model = Self.model([1, 1])
    model.links[0].loss = MessageLoss(perMessage: 1)
    model.sources[0].recovery = Recovery(retries: 2)
    let (requests, extras, _) = try model.withExtras()
    #expect(extras[0].attempts == 3 && requests[0].serialize == 7_000_000 && extras[0].wasted == 0)
  }
}
