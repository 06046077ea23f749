import Foundation
import Partitioning
import RandomStreams
import StrictJSON
import Testing

/// Learning policies on stationary problems whose best cut is known.
struct LearningTests {
  /// A chain of three layers: cuts after input, first, second and third layer.
  static func chain(device: [Int64], cloud: [Int64], bytes: [Int], mbps: Double = 8) -> PlacementProblem {
    let count = device.count
    let layers = (0...count).map { index in
      CostGraph.Layer(
        name: "l\(index)", inputs: index == 0 ? [] : [index - 1], outputs: [index], isInput: index == 0)
    }
    let tensors = (0...count).map { index in
      CostGraph.Boundary(
        name: "t\(index)", producer: index, consumers: index < count ? [index + 1] : [], bytes: bytes[index],
        isResult: index == count)
    }
    return PlacementProblem(
      network: CostGraph(name: "chain", layers: layers, tensors: tensors),
      tiers: [
        .init(name: "device", computeNanoseconds: [0] + device.map { $0 * 1_000_000 }, busyWatts: 2, idleWatts: 0.5),
        .init(name: "cloud", computeNanoseconds: [0] + cloud.map { $0 * 1_000_000 }, busyWatts: 0, idleWatts: 0),
      ], hops: [.init(uplinkMbps: mbps)])
  }

  static let problem = chain(device: [20, 30, 40], cloud: [2, 3, 4], bytes: [60_000, 20_000, 30_000, 10])

  /// Plays `count` requests; latencies are the plan's times a factor in 0.5...1.5.
  ///
  /// Returns expected latencies in ms.
  static func play(
    _ spec: String, _ problem: PlacementProblem, count: Int, seed: UInt64, factor: @escaping (Int, Placement) -> Double
  ) throws -> [Double] {
    let policy = try PolicyRegistry.policy(spec: spec)
    let session = try #require(try policy.session())
    let decider = try session.decider(for: DecisionContext(problem: problem))
    var random = RandomStream(seed: seed, entity: "test", purpose: "policy")
    var noise = RandomStream(seed: seed, entity: "test", purpose: "noise")
    return try (0..<count).map { index in
      var observation = Observation(nowNanoseconds: Int64(index) * 1_000_000_000)
      observation.request = index
      observation.loads = problem.tiers.map { _ in nil }
      observation.links = problem.hops.map { _ in Observation.Link() }
      let placement = try decider.decide(observation, using: &random).placement
      let expected = Double(problem.cost(of: placement).latencyNanoseconds) * factor(index, placement)
      decider.learn(
        from: RequestOutcome(
          request: index, placement: placement, nowNanoseconds: Int64(index) * 1_000_000_000 + 1,
          latencyNanoseconds: Int64(expected * (0.5 + noise.uniform()))))
      return expected / 1e6
    }
  }

  static func latencies(_ problem: PlacementProblem) -> [Double] {
    problem.singleTensorCuts.map { problem.cost(of: problem.placement(cutting: $0)).latencyMilliseconds }
  }

  /// Auer et al., theorem 1: the expected regret is at most Σ 8 ln n / Δ + (1 + π² / 3) Σ Δ, for rewards in 0...1.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func regretOfUCB1StaysBelowItsBound(seed: UInt64) throws {
    let all = Self.latencies(Self.problem)
    let best = try #require(all.min())
    let largest = 1.5 * (all.max() ?? 0)
    let gaps = all.map { ($0 - best) / largest }.filter { $0 > 0 }
    for count in [200, 2000] {
      let played = try Self.play("ucb1,exploration=1", Self.problem, count: count, seed: seed) { _, _ in 1 }
      let regret = played.reduce(0) { $0 + ($1 - best) / largest }
      let bound =
        gaps.reduce(0) { $0 + 8 * log(Double(count)) / $1 } + (1 + .pi * .pi / 3) * gaps.reduce(0, +)
      #expect(regret <= bound)
    }
  }

  /// The mean regret of the last fifth is far below that of the first.
  @Test(arguments: ["ucb1", "epsilon_greedy,epsilon=1,decay=20", "hill_climb,rest=400", "linucb,alpha=0.05"])
  func regretShrinks(spec: String) throws {
    let best = try #require(Self.latencies(Self.problem).min())
    let played = try Self.play(spec, Self.problem, count: 3000, seed: 5) { _, _ in 1 }
    let (first, last) = (played.prefix(30), played.suffix(600))
    let early = first.reduce(0) { $0 + $1 - best } / 30
    let late = last.reduce(0) { $0 + $1 - best } / 600
    #expect(early > 0)
    #expect(late < 0.35 * early, "\(spec): \(early) then \(late) ms")
  }

  /// A share epsilon of all requests draws any of the cuts: the mean regret is epsilon times the cuts' mean regret.
  @Test func epsilonGreedyPaysForItsShare() throws {
    let all = Self.latencies(Self.problem)
    let best = try #require(all.min())
    let played = try Self.play("epsilon_greedy,epsilon=0.2", Self.problem, count: 20_000, seed: 8) { _, _ in 1 }
    let regret = played.suffix(15_000).reduce(0) { $0 + $1 - best } / 15_000
    let mean = all.reduce(0) { $0 + $1 - best } / Double(all.count)
    #expect(abs(regret - 0.2 * mean) < 0.1 * 0.2 * mean)
  }

  /// The link is four times faster from request 300 on: only who still leaves the device now and then can notice.
  @Test func forcedSamplingNoticesWhatStayingCannot() throws {
    let slow = Self.chain(device: [20, 30, 40], cloud: [2, 3, 4], bytes: [200_000, 150_000, 150_000, 10])
    func late(_ spec: String) throws -> Double {
      let played = try Self.play(spec, slow, count: 4000, seed: 4) { index, placement in
        placement[3] == 0 || index < 300 ? 1 : 0.15
      }
      return played.suffix(1000).reduce(0, +) / 1000
    }
    let stuck = try late("linucb,forced_sampling=false,alpha=0")
    let forced = try late("linucb,discount=0.95")
    #expect(stuck == 90)
    #expect(forced < 60, "\(forced) ms")
  }

  @Test func hillClimbStaysWhereNeighboursAreWorse() throws {
    // Latencies of the cuts fall towards one in the middle and rise again.
    let problem = Self.chain(
      device: [10, 10, 10, 10, 10, 10], cloud: [1, 1, 1, 1, 1, 1],
      bytes: [90_000, 70_000, 40_000, 15_000, 10_000, 5_000, 10])
    let all = Self.latencies(problem)
    let best = try #require(all.min())
    #expect(all.first != best && all.last != best)
    let played = try Self.play("hill_climb,window=200,rest=10000", problem, count: 3000, seed: 3) { _, _ in 1 }
    #expect(played.suffix(100).allSatisfy { $0 == best })
  }

  /// With one candidate cheap in energy, the energy debt never exceeds V (Tmax - Tmin) / (E - Emin) + Emax, and the mean
  /// energy exceeds the budget by at most debt / n.
  @Test(arguments: [0.1, 1, 10])
  func lyapunovKeepsItsBudget(weight: Double) throws {
    let problem = Self.chain(device: [20, 30, 40], cloud: [2, 3, 4], bytes: [400_000, 20_000, 30_000, 10])
    let costs = problem.singleTensorCuts.map { problem.cost(of: problem.placement(cutting: $0)) }
    let energies = costs.map(\.deviceJoules)
    let (least, most) = (energies.min() ?? 0, energies.max() ?? 0)
    let budget = 0.5 * (least + (costs.min { $0.latencyNanoseconds < $1.latencyNanoseconds }?.deviceJoules ?? 0))
    let policy = try PolicyRegistry.policy(spec: "lyapunov,v=\(weight),energy_budget_j=\(budget),estimator=none")
    let session = try #require(try policy.session())
    let decider = try session.decider(for: DecisionContext(problem: problem))
    let queue = try #require(decider as? Lyapunov.DriftPlusPenalty)
    var random = RandomStream(seed: 1, entity: "test", purpose: "policy")
    let spread = Double(costs.map(\.latencyNanoseconds).max() ?? 0) / 1e9
    let gap = energies.filter { $0 > least }.map { $0 - least }.min() ?? 1
    let bound = weight * spread / gap + most
    var (sum, latency) = (0.0, 0.0)
    let count = 5000
    for index in 0..<count {
      var observation = Observation(nowNanoseconds: Int64(index) * 10_000_000_000)
      observation.request = index
      let cost = problem.cost(of: try decider.decide(observation, using: &random).placement)
      decider.learn(
        from: RequestOutcome(
          request: index, placement: problem.placement(everythingOn: 0),
          nowNanoseconds: Int64(index) * 10_000_000_000 + 1, latencyNanoseconds: 1, deviceJoules: cost.deviceJoules))
      sum += cost.deviceJoules
      latency += cost.latencyMilliseconds
      #expect(queue.energyDebt <= bound)
    }
    #expect(sum / Double(count) <= budget + queue.energyDebt / Double(count) + 1e-9)
    // It does not simply take the least energy: that has the longest latency.
    let slowest = costs.max { $0.latencyNanoseconds < $1.latencyNanoseconds }?.latencyMilliseconds ?? 0
    #expect(latency / Double(count) < slowest)
  }

  @Test(arguments: [
    "ucb1,exploration=-1", "epsilon_greedy,epsilon=2", "neurosurgeon,estimator=lats", "mincut,max_age_s=0",
    "linucb,discount=0.1", "hill_climb,window=0", "lyapunov,v=-1", "lyapunov,energy_budget_j=0",
    "contention_aware,damping=1", "social,horizon_s=0", "radio_aware,hold_ms=-1", "external", "external,command=",
    "oracle,simulate=true,objective=throughput", "neurosurgeon,decision_us=-1",
  ])
  func refuses(spec: String) { #expect(throws: InputError.self) { try PolicyRegistry.policy(spec: spec) } }

  @Test func mistakesAreNamed() throws {
    let error = try #require(throws: InputError.self) { try PolicyRegistry.policy(spec: "mincut,estimator=kalmann") }
    #expect(error.description.contains("did you mean 'kalman'"))
  }
}
