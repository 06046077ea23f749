import RandomStreams
import StrictJSON

/// A program that answers one JSON line per decision, so that a policy can be written in any language.
///
/// A run starts the program once; replications that run at the same time have each their own, so that the results do not
/// depend on how many do, as long as the program itself is deterministic. `docs/external-policies.md` has the protocol.
public struct External: PartitionPolicy, AimedPolicy {
  public static let kind = "external"
  public static let summary = "a program that answers one JSON line per decision (docs/external-policies.md)"
  public var informationClass: InformationClass { .estimating }
  public var isStatic: Bool { false }

  /// What takes the place of an answer that does not come or makes no sense.
  public enum Fallback: String, Sendable, CaseIterable, Codable { case stop, local, cloud, neurosurgeon, mincut }

  /// The program and its arguments.
  public let arguments: [String]
  public let timeoutMilliseconds: Double
  public let startMilliseconds: Double
  public let fallback: Fallback
  /// How many decisions of a machine one line asks for.
  public let batch: Int
  public let reportPeriodSeconds: Double?
  public package(set) var objective: Objective?
  private var folder = ""

  public init(from fields: inout FieldReader) {
    let command = fields.name(
      "command", "the program and its arguments, separated by blanks; it runs in the scenario's folder")
    arguments = command.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    if arguments.isEmpty, fields.isPresent("command") { fields.error("'command' names no program", at: "command") }
    timeoutMilliseconds = fields.double(
      "timeout_ms", default: 1000, in: .positive(upTo: 1e9), "real time that an answer may take")
    startMilliseconds = fields.double(
      "start_timeout_ms", default: 10_000, in: .positive(upTo: 1e9), "real time that its first line may take")
    fallback = fields.choice(
      "on_failure", default: Fallback.stop,
      "what happens without a proper answer: the run stops, or this policy decides in its place")
    batch = fields.int(
      "batch", default: 1, in: 1...100_000, "how many of a machine's next requests one line asks placements for")
    reportPeriodSeconds = fields.doubleIfPresent(
      "report_s", in: .nonNegative(upTo: 1e9),
      "tiers tell everybody how busy they are every so many seconds (0: always); where missing only answers tell")
    objective = fields.objective()
  }

  public func resolvingPaths(in folder: String) -> Self {
    var policy = self
    policy.folder = folder
    return policy
  }

  public func session() throws -> (any PolicySession)? { try Conversation(self, in: folder) }

  /// What it answers first.
  public func placement(for problem: PlacementProblem, using random: inout RandomStream) throws -> Placement {
    let conversation = try Conversation(self, in: folder)
    return try conversation.decider(for: DecisionContext(problem: problem)).firstPlacement(for: problem, using: &random)
  }

  /// What decides in the program's place; `nil` where the run is to stop.
  func substitute(for problem: PlacementProblem) throws -> Placement? {
    guard fallback != .stop else { return nil }
    let policy = try PolicyRegistry.policy(spec: fallback.rawValue).aiming(at: objective ?? .latency)
    var random = RandomStream(seed: 1, entity: "external", purpose: "fallback")
    return try policy.placement(for: problem, using: &random)
  }
}
