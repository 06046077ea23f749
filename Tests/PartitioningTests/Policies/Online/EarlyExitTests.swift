import Partitioning
import RandomStreams
import StrictJSON
import Testing

/// Exits in cost tables, and the policy that chooses among them.
struct EarlyExitTests {
  /// A trunk of three blocks with a head behind the first two: 10 + 20 + 40 ms on the device, 1, 2 and 4 in the cloud.
  static func table(first: Double = 0.5, second: Double = 0.25, exits: String? = nil) throws -> CostTable {
    let exits =
      exits ?? """
        [{"layer": "e1", "accuracy": 0.6, "probability": \(first)},
         {"layer": "e2", "accuracy": 0.8, "probability": \(second)}, {"layer": "fc", "accuracy": 0.9}]
        """
    let text = """
      {"offloadsim_costs": 1, "tiers": ["device", "cloud"], "layers": [
        {"name": "x", "inputs": [], "output_bytes": 100000, "pinned": "device"},
        {"name": "a", "inputs": ["x"], "output_bytes": 10000, "ms": {"device": 10, "cloud": 1}},
        {"name": "e1", "inputs": ["a"], "output_bytes": 10, "ms": {"device": 1, "cloud": 0}},
        {"name": "b", "inputs": ["a"], "output_bytes": 5000, "ms": {"device": 20, "cloud": 2}},
        {"name": "e2", "inputs": ["b"], "output_bytes": 10, "ms": {"device": 2, "cloud": 0}},
        {"name": "fc", "inputs": ["b"], "output_bytes": 10, "ms": {"device": 40, "cloud": 4}}], "exits": \(exits)}
      """
    return try CostTable(JSONParser.parse(text, file: "t.json"), name: "t")
  }

  static func problem(mbps: Double = 8, first: Double = 0.5, second: Double = 0.25) throws -> PlacementProblem {
    try table(first: first, second: second).problem(hops: [.init(uplinkMbps: mbps)])
  }

  private func cost(_ problem: PlacementProblem, cut: String, exit: Int?) throws -> Double {
    var placement = problem.placement(cutting: try problem.cut(named: cut))
    placement.exit = exit.map { UInt8($0) }
    return problem.cost(of: placement).latencyMilliseconds
  }

  @Test func aRequestRunsWhatItsExitNeeds() throws {
    let problem = try Self.problem()
    // Exit 1: a and its head; exit 2 asks at the first on its way; the last at both.
    // The head does not belong to what the trunk's last layer needs, so that its input is sent for it.
    #expect(try cost(problem, cut: "fc", exit: 0) == 10 + 10)
    var local = problem.placement(everythingOn: 0)
    for (exit, expected) in [(0, 11.0), (1, 33.0), (2, 73.0)] {
      local.exit = UInt8(exit)
      #expect(problem.cost(of: local).latencyMilliseconds == expected)
    }
    local.exit = nil
    #expect(problem.cost(of: local).latencyMilliseconds == 73)
    // An exit at which nobody leaves is not asked.
    let rare = try Self.problem(first: 0, second: 0)
    #expect(rare.cost(of: local).latencyMilliseconds == 70)
    // What nobody reads any more is not sent: leaving at the first exit, a's output stays.
    var split = problem.placement(cutting: try problem.cut(named: "a"))
    split.tiers[2] = 0
    split.exit = 0
    #expect(problem.cost(of: split).bytesUp == 0)
    split.exit = 2
    #expect(problem.cost(of: split).bytesUp == 10_000)
  }

  @Test func accuracyIsThatOfTheExitsTaken() throws {
    let network = try Self.problem().network
    #expect(network.accuracy(leavingBy: 0) == 0.6)
    #expect(abs(network.accuracy(leavingBy: 1) - (0.5 * 0.6 + 0.5 * 0.8)) < 1e-12)
    #expect(abs(network.accuracy(leavingBy: 2) - (0.5 * 0.6 + 0.25 * 0.8 + 0.25 * 0.9)) < 1e-12)
  }

  private func choice(_ problem: PlacementProblem, deadline: Double, seeing mbps: Double? = nil) throws -> Placement {
    let policy = try PolicyRegistry.policy(spec: "deadline,margin=0")
    let session = try #require(try policy.session())
    let decider = try session.decider(for: DecisionContext(problem: problem))
    var random = RandomStream(seed: 1, entity: "test", purpose: "policy")
    if let mbps {
      var outcome = RequestOutcome(
        request: 0, placement: problem.placement(everythingOn: 1), nowNanoseconds: 1, latencyNanoseconds: 1)
      outcome.messages = [
        MessageOutcome(hop: 0, direction: .up, bytes: 1_000_000, nanoseconds: Int64(8e9 / mbps))
      ]
      decider.learn(from: outcome)
    }
    var observation = Observation(nowNanoseconds: 2)
    observation.deadlineNanoseconds = Int64(deadline * 1e6)
    return try decider.decide(observation, using: &random).placement
  }

  /// Edgent's rule: the most accurate exit in time; with less time an earlier one; with no time the fastest.
  @Test func theDeadlineDecidesOnTheExit() throws {
    let problem = try Self.problem()
    // a on the device, its head there, 10 ms for its output, 2 + 4 in the cloud.
    let patient = try choice(problem, deadline: 30)
    #expect(patient.exit == 2 && patient[1] == 0 && patient[5] == 1)
    let hurried = try choice(problem, deadline: 25)
    #expect(hurried.exit == 1 && hurried[3] == 1)
    let late = try choice(problem, deadline: 12)
    #expect(late.exit == 0 && late[1] == 0)
    #expect(try choice(problem, deadline: 1).exit == 0)
    // At a tenth of the rate the last exit is only in time on the device.
    let slow = try choice(problem, deadline: 80, seeing: 0.8)
    #expect(slow.exit == 2 && slow[5] == 0)
    #expect(try choice(problem, deadline: 72, seeing: 0.8).exit == 1)
  }

  @Test(arguments: [
    (#"[{"layer": "e3", "accuracy": 0.5}]"#, "did you mean"), (#"[{"layer": "e1", "accuracy": 1.5}]"#, "accuracy"),
    (#"[{"layer": "e1", "accuracy": 0.5}, {"layer": "fc", "accuracy": 0.6}]"#, "needs its 'probability'"),
    (#"[{"layer": "e2", "accuracy": 0.5, "probability": 0.1}, {"layer": "e1", "accuracy": 0.6}]"#, "behind"),
    (#"[{"layer": "b", "accuracy": 0.5}]"#, "that no other reads"),
    (
      #"[{"layer": "e1", "accuracy": 0.5, "probability": 0.7}, {"layer": "e2", "accuracy": 0.5, "probability": 0.7}, {"layer": "fc", "accuracy": 1}]"#,
      "more than 1"
    ),
  ])
  func badExitsAreNamed(exits: String, message: String) throws {
    let error = try #require(throws: InputError.self) { try Self.table(exits: exits) }
    #expect(error.description.contains(message), "\(error.description)")
  }
}
