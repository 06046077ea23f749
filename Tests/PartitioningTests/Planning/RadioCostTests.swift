import Partitioning
import StrictJSON
import Testing

/// Closed forms of time and energy with a radio that wakes and lingers.
struct RadioCostTests {
  static let radio = Radio(
    transmitBaseWatts: 1, transmitWattsPerMbps: 0.5, receiveBaseWatts: 0.8, receiveWattsPerMbps: 0.1,
    promotionNanoseconds: 200_000_000, promotionWatts: 1.5, tailNanoseconds: 1_000_000_000, tailWatts: 0.9,
    idleWatts: 0.05)

  /// input -> a -> b, 1 Mbyte of input and 1 kbyte of result; 8 Mbit/s up, 4 down, 20 ms round trip.
  private func problem(cloudMilliseconds: Int64, returnsResult: Bool, servers: Int = 1) -> PlacementProblem {
    let network = CostGraph(
      name: "chain",
      layers: [
        .init(name: "input", inputs: [], outputs: [0], isInput: true), .init(name: "a", inputs: [0], outputs: [1]),
        .init(name: "b", inputs: [1], outputs: [2]),
      ],
      tensors: [
        .init(name: "input", producer: 0, consumers: [1], bytes: 1_000_000, isResult: false),
        .init(name: "a", producer: 1, consumers: [2], bytes: 500_000, isResult: false),
        .init(name: "b", producer: 2, consumers: [], bytes: 1000, isResult: true),
      ])
    return PlacementProblem(
      network: network,
      tiers: [
        .init(
          name: "device", computeNanoseconds: [0, 400_000_000, 3_000_000_000], busyWatts: 6, idleWatts: 2,
          servers: servers),
        .init(
          name: "cloud", computeNanoseconds: [0, 10_000_000, cloudMilliseconds * 1_000_000], busyWatts: 100,
          idleWatts: 50, servers: 4),
      ],
      hops: [.init(uplinkMbps: 8, downlinkMbps: 4, roundTripMilliseconds: 20)], radio: .cellular(Self.radio),
      returnsResult: returnsResult)
  }

  @Test func oneUpload() {
    let problem = problem(cloudMilliseconds: 50, returnsResult: false)
    let cost = problem.cost(of: Placement(tiers: [0, 1, 1]))
    #expect(cost.uplink == 200_000_000 + 1_000_000_000 + 10_000_000)
    #expect(cost.cloudCompute == 60_000_000)
    #expect(cost.latencyNanoseconds == 1_270_000_000)
    #expect(cost.promotions == 1)
    // Promotion, sending at 8 Mbit/s, waiting for propagation and cloud, and the whole tail.
    let joules = 0.2 * (2 + 1.5) + 1.0 * (2 + 1 + 0.5 * 8) + 0.07 * 2 + 1.0 * 0.9
    #expect(abs(cost.deviceJoules - joules) < 1e-12)
    #expect(abs(cost.totalJoules - joules - 25 * 0.06) < 1e-12)
    #expect(cost.longestStage == 1_000_000_000)
  }

  @Test func answerWithinTheTail() {
    let problem = problem(cloudMilliseconds: 50, returnsResult: true)
    let cost = problem.cost(of: Placement(tiers: [0, 1, 1]))
    #expect(cost.promotions == 1)
    #expect(cost.downlink == 2_000_000 + 10_000_000)
    // The tail runs while the message propagates and the cloud computes, and once more in full after the answer.
    let joules =
      0.2 * 3.5 + 1.0 * 7 + 0.07 * 2 + 0.07 * 0.9 + 0.002 * (2 + 0.8 + 0.1 * 4) + 0.01 * 2 + 1.0 * 0.9
    #expect(abs(cost.deviceJoules - joules) < 1e-12)
  }

  @Test func answerAfterTheTail() {
    let problem = problem(cloudMilliseconds: 1500, returnsResult: true)
    let cost = problem.cost(of: Placement(tiers: [0, 1, 1]))
    #expect(cost.promotions == 2)
    #expect(cost.downlink == 200_000_000 + 2_000_000 + 10_000_000)
    let joules =
      2 * 0.2 * 3.5 + 1.0 * 7 + (0.01 + 1.51) * 2 + 0.002 * (2 + 0.8 + 0.1 * 4) + 0.01 * 2 + 2 * 1.0 * 0.9
    #expect(abs(cost.deviceJoules - joules) < 1e-12)
  }

  /// A request on one of two servers pays for its server and for the idle power of the other.
  @Test func oneOfTwoServers() {
    let problem = problem(cloudMilliseconds: 50, returnsResult: true, servers: 2)
    let cost = problem.cost(of: Placement(tiers: [0, 0, 0]))
    #expect(cost.latencyNanoseconds == 3_400_000_000)
    #expect(abs(cost.deviceJoules - 3.4 * (6 / 2 + 2 / 2)) < 1e-12)
    #expect(cost.promotions == 0)
  }

  /// The fixed charge decides: without it offloading wins, with it everything stays.
  @Test func promotionIsAFixedCharge() throws {
    var problem = problem(cloudMilliseconds: 3090, returnsResult: false)
    let tiers = problem.tiers
    func planned(_ radio: RadioPower) throws -> Placement {
      problem = PlacementProblem(
        network: problem.network, tiers: tiers,
        hops: [.init(uplinkMbps: 40, roundTripMilliseconds: 0)], radio: radio)
      return try Planner.plan(problem, policy: PolicyRegistry.policy(spec: "mincut")).choice.placement
    }
    #expect(try planned(.none).tiers == [0, 1, 1])
    #expect(try planned(.cellular(Self.radio)).tiers == [0, 0, 0])
  }

  @Test(arguments: [Objective.latency, .energy])
  func optimumEqualsBruteForce(objective: Objective) throws {
    for seed in 0..<300 {
      var radio = Self.radio
      radio.tailNanoseconds = Int64([0, 20_000, 100_000, 1_000_000_000][seed % 4])
      radio.promotionNanoseconds = Int64(seed % 3) * 30_000
      let problem = PlacementProblem.random(
        ProblemShape(tiers: 2 + seed % 2, layers: 2...5, radio: .cellular(radio)), seed: seed)
      let least = try #require(allPlacements(problem).map { problem.cost(of: $0).burden(objective) }.min())
      let optimum = Optimum(of: problem, objective)
      #expect(optimum.isProven)
      #expect(abs(optimum.cost.burden(objective) - least) <= 1e-9, "seed \(seed)")
    }
  }
}
