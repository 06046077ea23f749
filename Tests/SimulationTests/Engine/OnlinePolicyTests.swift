import Partitioning
import RandomStreams
import Simulation
import StrictJSON
import Testing

/// Policies that watch, over a link that is ten times slower than it is said to be.
struct OnlinePolicyTests {
  /// 1,500 bytes every 15 ms are 0.8 Mbit/s; the link's own figure is 8.
  static let slow = RateTrace(opportunities: [(15_000_000, 1500)])

  /// On the device 0.5 s; in the cloud 10 ms and 100 kB, which take 0.1 s by the figure and 1 s in truth.
  static func model(_ spec: String, seconds: Double = 400, seed: UInt64 = 42) throws -> SystemModel {
    var link = LinkModel.test(sharing: .fifo)
    link.uplinkTrace = Self.slow
    var model = SystemModel.chain(
      nodes: [NodeModel(name: "device", role: .device), NodeModel(name: "cloud", role: .cloud)], links: [link],
      layers: [ChainLayer([0.2, 0.005], bytes: 100_000, on: 1), ChainLayer([0.3, 0.005], on: 1)],
      inputBytes: 100_000, arrivals: .periodic(ratePerSecond: 0.5), seed: seed, durationSeconds: seconds)
    model.sources[0].policy = try PolicyRegistry.policy(spec: spec)
    model.judgesRegret = true
    return model
  }

  private func latencies(_ spec: String, seconds: Double = 400, seed: UInt64 = 42) throws -> [Double] {
    try Self.model(spec, seconds: seconds, seed: seed).recorded().requests.map { Double($0.latency) / 1e9 }
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  @Test(arguments: ["last", "ewma", "harmonic", "kalman"], ["neurosurgeon", "mincut"])
  func estimatesNoticeASlowLink(estimator: String, planner: String) throws {
    let profiled = try latencies(planner)
    #expect(profiled.allSatisfy { $0 > 0.9 })
    let estimating = try latencies("\(planner),estimator=\(estimator),max_age_s=1000")
    // The first request believes the figure; its answer tells better.
    #expect(estimating[0] > 0.9)
    #expect(estimating.dropFirst(8).allSatisfy { abs($0 - 0.5) < 1e-9 })
  }

  /// A forgotten estimate is asked for again: about every tenth second one request is slow.
  @Test func oldEstimatesAreForgotten() throws {
    let found = try latencies("neurosurgeon,estimator=last,max_age_s=10")
    let slow = found.filter { $0 > 0.9 }.count
    #expect((25...45).contains(slow), "\(slow) of \(found.count)")
  }

  @Test(arguments: ["ucb1", "epsilon_greedy,epsilon=0.05", "hill_climb", "linucb"])
  func learnersFindTheBestCut(spec: String) throws {
    let found = try latencies(spec, seconds: 2000)
    let late = found.suffix(found.count / 2)
    #expect(mean(Array(late)) < 0.65, "\(spec): \(mean(Array(late)))")
    #expect(found.contains { $0 > 0.9 })
  }

  /// Equal seeds give equal decisions; other seeds explore otherwise.
  @Test func explorationFollowsTheSeed() throws {
    let spec = "epsilon_greedy,epsilon=0.5"
    let (first, again) = (try latencies(spec, seed: 1), try latencies(spec, seed: 1))
    #expect(first == again)
    let other = try latencies(spec, seed: 2)
    #expect(first != other)
  }

  /// The oracle knows the true rate: it stays on the device, and has no regret; who believes the figure regrets half a second.
  @Test func regretIsAgainstTheTrueRates() throws {
    let oracle = try Self.model("oracle").recorded()
    #expect(oracle.requests.allSatisfy { $0.regret == 0 && abs(Double($0.latency) / 1e9 - 0.5) < 1e-9 })
    #expect(oracle.result.models[0].regretNanoseconds == 0)
    let believer = try Self.model("cloud").recorded()
    for request in believer.requests {
      // The truth for a request that meets no other is what the simulator makes of it.
      #expect(request.regret == request.latency - 500_000_000)
    }
    let sum = believer.requests.reduce(0) { $0 + $1.regret }
    #expect(believer.result.models[0].regretNanoseconds == sum)
    var silent = try Self.model("cloud")
    silent.judgesRegret = false
    let unjudged = try silent.recorded()
    #expect(unjudged.requests.allSatisfy { $0.regret == -1 })
    #expect(unjudged.result.models[0].regretNanoseconds == nil)
  }

  /// A decision takes the device's time and energy, whatever the policy.
  @Test(arguments: ["local", "neurosurgeon,estimator=last"])
  func decisionsCostTime(spec: String) throws {
    var model = try Self.model(spec)
    let before = try model.recorded().requests
    model.sources[0].decisionNanoseconds = 2_000_000
    let after = try model.recorded().requests
    #expect(before.count == after.count)
    for (one, other) in zip(before, after) {
      #expect(other.deviceCompute == one.deviceCompute + 2_000_000)
      #expect(other.parts == other.latency)
    }
  }

  /// A policy that watches although its class forbids it.
  private struct Peeping: PartitionPolicy {
    static let kind = "peeping"
    static let summary = "claims to be blind"
    var informationClass: InformationClass { .blind }
    var isStatic: Bool { false }
    init() {}
    init(from fields: inout FieldReader) {}
    func session() throws -> (any PolicySession)? { Session() }
    func placement(for problem: PlacementProblem, using random: inout RandomStream) -> Placement {
      problem.placement(everythingOn: 0)
    }

    final class Session: PolicySession {
      func decider(for context: DecisionContext) throws -> any OnlineDecider { Decider(problem: context.problem) }
    }

    final class Decider: OnlineDecider {
      let problem: PlacementProblem
      init(problem: PlacementProblem) { self.problem = problem }
      func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
        Decision(problem.placement(everythingOn: 0))
      }
    }
  }

  @Test func aPolicyMayNotSeeMoreThanItsClassAllows() throws {
    var model = try Self.model("local")
    model.sources[0].policy = Peeping()
    let error = try #require(throws: SimulationError.self) { try Simulator(model).run() }
    #expect("\(error)".contains("information class 'blind' hides"))
  }

  // MARK: Radio

  /// Requests in pairs two seconds apart, after which the radio sleeps again: held back, both share one promotion and one tail.
  @Test func heldRequestsShareTheRadio() throws {
    var link = LinkModel.test(upMbps: 8)
    link.isShared = false
    var model = SystemModel.chain(
      nodes: [
        NodeModel(name: "device", role: .device, idleWatts: 0.5, busyWatts: 20),
        NodeModel(name: "cloud", role: .cloud, servers: 8),
      ], links: [link], layers: [ChainLayer([1, 0.01], on: 1)], inputBytes: 10_000, radio: .testRadio,
      arrivals: .trace(nanoseconds: (0..<20).flatMap { [$0 * 10_000_000_000, $0 * 10_000_000_000 + 2_000_000_000] }),
      durationSeconds: 200)
    func run(_ spec: String) throws -> (joules: Double, latency: Double, requests: [RequestRecord]) {
      model.sources[0].policy = try PolicyRegistry.policy(spec: spec)
      let found = try model.recorded().requests
      return (
        found.reduce(0) { $0 + $1.deviceJoules }, found.map { Double($0.latency) / 1e9 }.max() ?? 0, found
      )
    }
    let prompt = try run("radio_aware")
    let held = try run("radio_aware,hold_ms=2100")
    #expect(held.joules < prompt.joules)
    #expect(held.latency <= prompt.latency + 2.1 + 0.0101)
    #expect(held.requests.allSatisfy { $0.parts == $0.latency })
    #expect(held.requests.contains { $0.deviceQueue == 2_100_000_000 })
    // No deadline is missed for it.
    model.sources[0].deadlineNanoseconds = 500_000_000
    let urgent = try run("radio_aware,hold_ms=2100")
    #expect(urgent.requests.allSatisfy { $0.deviceQueue == 0 })
  }

  // MARK: Contention

  /// Thirty devices before one server that is faster, but not for all of them.
  private func game(_ spec: String) throws -> Double {
    var model = SystemModel.chain(
      nodes: [
        NodeModel(name: "device", role: .device, count: 30),
        NodeModel(name: "cloud", role: .cloud, variation: .exponential),
      ], links: [LinkModel.test(upMbps: 1000)], layers: [ChainLayer([0.25, 0.05], on: 1)], inputBytes: 10,
      arrivals: .poisson(ratePerSecond: 1), warmupSeconds: 100, durationSeconds: 900)
    model.sources[0].policy = try PolicyRegistry.policy(spec: spec)
    let requests = try model.recorded().requests
    return requests.reduce(0) { $0 + Double($1.latency) / 1e9 } / Double(requests.count)
  }

  /// Selfish devices crowd the server until it is as slow as they are; a planner leaves it faster.
  ///
  /// Old news make herds.
  @Test func theSocialPlannerBeatsSelfishDevices() throws {
    let selfish = try game("contention_aware,report_s=0")
    let stale = try game("contention_aware,report_s=2")
    let damped = try game("contention_aware,report_s=2,damping=0.9")
    let social = try game("social")
    #expect(social < selfish, "\(social) and \(selfish) s")
    #expect(selfish < 0.25)
    #expect(stale > selfish * 1.1, "\(stale) and \(selfish) s")
    #expect(damped < stale, "\(damped) and \(stale) s")
  }

  // MARK: The future

  /// Two devices ask a server at once: who simulates the future sends only one of them there.
  @Test func theOracleThatSimulatesSeesOthers() throws {
    var model = SystemModel.chain(
      nodes: [NodeModel(name: "device", role: .device, count: 2), NodeModel(name: "cloud", role: .cloud)],
      links: [LinkModel.test(upMbps: 1000)], layers: [ChainLayer([0.15, 0.1], on: 1)], inputBytes: 10,
      arrivals: .periodic(ratePerSecond: 1), durationSeconds: 5)
    model.sources[0].policy = try PolicyRegistry.policy(spec: "oracle")
    let alone = try model.recorded().requests
    model.sources[0].policy = try PolicyRegistry.policy(spec: "oracle,simulate=true")
    let seeing = try model.recorded().requests
    #expect(alone.count == 10 && seeing.count == 10)
    #expect(alone.map { $0.latency }.max() ?? 0 > 190_000_000)
    #expect(seeing.map { $0.latency }.max() == 150_000_000)
    let sums = [alone, seeing].map { $0.reduce(0) { $0 + $1.latency } }
    #expect(sums[1] < sums[0])
  }
}
