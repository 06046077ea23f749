import RandomStreams
import StrictJSON

/// The memory of one machine under a policy that watches: it decides for each request, and is told how each went.
public protocol OnlineDecider: AnyObject {
  /// `random` is the request's own stream. Throws `InputError` where no placement can be named.
  func decide(_ observation: Observation, using random: inout RandomStream) throws -> Decision

  /// Called once for each request that was decided, when it is answered or turned away.
  func learn(from outcome: RequestOutcome)
}

extension OnlineDecider {
  public func learn(from outcome: RequestOutcome) {}
}

/// A decider that is also told the truth: only policies whose information class is `clairvoyant` have one.
public protocol ClairvoyantDecider: AnyObject {
  func decide(_ observation: Observation, knowing truth: any Truth) throws -> Decision
}

/// The true state of the links from now on, for clairvoyant policies and for regret.
public protocol Truth {
  /// What the steps would take from now on a system that serves nobody else, at the rates that the links will have.
  func latencyNanoseconds(of itinerary: Itinerary, in problem: PlacementProblem) -> Int64
  /// The hops with the rates of this moment.
  func presentHops(of problem: PlacementProblem) -> [PlacementProblem.Hop]
}

/// Whose decisions a decider makes.
public struct DecisionContext: Sendable {
  public let problem: PlacementProblem
  /// Which of the scenario's workloads.
  public let source: Int
  /// Which of the source node's machines, and how many there are.
  public let machine: Int
  public let machines: Int
  /// The machines of each tier of the path.
  public let machinesOfTiers: [Int]
  /// By hop, what tells its link from others: equal for all who share it.
  public let links: [LinkName]

  public struct LinkName: Sendable, Hashable {
    public let link: Int
    public let instance: Int

    public init(link: Int, instance: Int) {
      self.link = link
      self.instance = instance
    }
  }

  public init(
    problem: PlacementProblem, source: Int = 0, machine: Int = 0, machines: Int = 1, machinesOfTiers: [Int] = [],
    links: [LinkName] = []
  ) {
    self.links = links.isEmpty ? problem.hops.indices.map { LinkName(link: $0, instance: machine) } : links
    self.problem = problem
    self.source = source
    self.machine = machine
    self.machines = machines
    self.machinesOfTiers = machinesOfTiers.isEmpty ? problem.tiers.map { _ in 1 } : machinesOfTiers
  }
}

/// What all machines of one run have in common under a policy that watches, such as a planner or a child process.
public protocol PolicySession: AnyObject {
  func decider(for context: DecisionContext) throws -> any OnlineDecider
  /// How often other tiers tell everybody how busy they are; `nil` where only answers tell.
  var reportPeriodNanoseconds: Int64? { get }
  /// What a reader of the results should know, once the run is over.
  var notes: [String] { get }
}

extension PolicySession {
  public var reportPeriodNanoseconds: Int64? { nil }
  public var notes: [String] { [] }
}

/// A policy that decides for each request by what it sees.
///
/// Its information class is `estimating`: the simulator gives it observations and outcomes, never the truth.
public protocol OnlinePolicy: PartitionPolicy {
  /// A new memory for one machine.
  func decider(for context: DecisionContext) throws -> any OnlineDecider
  /// How often other tiers tell everybody how busy they are, in seconds; `nil` where only answers tell.
  var reportPeriodSeconds: Double? { get }
}

extension OnlinePolicy {
  public var informationClass: InformationClass { .estimating }
  public var isStatic: Bool { false }
  public var reportPeriodSeconds: Double? { nil }

  public func session() throws -> (any PolicySession)? { PerMachineSession(self) }

  /// What it would choose first, before it has seen anything.
  public func placement(for problem: PlacementProblem, using random: inout RandomStream) throws -> Placement {
    try decider(for: DecisionContext(problem: problem)).firstPlacement(for: problem, using: &random)
  }
}

extension OnlineDecider {
  /// The decision for a machine that has seen nothing.
  func firstPlacement(for problem: PlacementProblem, using random: inout RandomStream) throws -> Placement {
    var observation = Observation(nowNanoseconds: 0)
    observation.links = problem.hops.map { _ in Observation.Link() }
    observation.loads = problem.tiers.map { _ in nil }
    observation.isResident = problem.tiers.map { _ in nil }
    if problem.radio.cellular != nil { observation.radio = Observation.RadioState(phase: .idle) }
    return try decide(observation, using: &random).placement
  }
}

/// Machines that learn alone.
final class PerMachineSession: PolicySession {
  private let policy: any OnlinePolicy

  init(_ policy: any OnlinePolicy) { self.policy = policy }

  func decider(for context: DecisionContext) throws -> any OnlineDecider { try policy.decider(for: context) }

  var reportPeriodNanoseconds: Int64? { policy.reportPeriodSeconds.map { .nanoseconds($0 * 1e9) } }
}

/// A session whose deciders are made by a closure.
final class MachineSession: PolicySession {
  private let make: (DecisionContext) throws -> any OnlineDecider

  init(_ make: @escaping (DecisionContext) throws -> any OnlineDecider) { self.make = make }

  func decider(for context: DecisionContext) throws -> any OnlineDecider { try make(context) }
}
