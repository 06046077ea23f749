import RandomStreams
import StrictJSON

/// What a policy may know when it decides.
public enum InformationClass: String, Sendable {
  /// The true costs at the moment of the decision, and where stated the future.
  case clairvoyant
  /// The profiled costs of layers and links.
  case profiled
  /// Only what was measured on the way, which may be old.
  case estimating
  /// Nothing of the present state.
  case blind
}

/// What to make small (latency, energy) or large (throughput).
public enum Objective: String, Sendable, CaseIterable, Codable {
  case latency, energy, throughput
}

/// Chooses a placement for each request.
///
/// To add one, write its file and a line in `PolicyRegistry`.
public protocol PartitionPolicy: Sendable {
  /// The name in a policy SPEC and in a scenario.
  static var kind: String { get }
  /// One sentence for help and schema.
  static var summary: String { get }

  var informationClass: InformationClass { get }
  /// Whether every request gets the same placement, so that the decision is made once.
  var isStatic: Bool { get }

  /// Reads its parameters.
  init(from fields: inout FieldReader)

  /// What it makes small or large; `nil` where it has no such aim, or none was given.
  var objective: Objective? { get }

  /// The same policy with an aim, where it has one and none was given.
  func aiming(at objective: Objective) -> Self

  /// A node or layer that it names, where it needs one; the network is then prepared so that it can be cut there.
  var namedCut: String? { get }

  /// The memory of one run, for a policy that decides by what it sees; `nil` where it plans from profiled costs.
  func session() throws -> (any PolicySession)?

  /// For a policy that knows the true rates of links that change: what decides for one source. `nil` for others.
  func clairvoyant(for problem: PlacementProblem) -> (any ClairvoyantDecider)?

  /// The same policy, with paths relative to a folder.
  func resolvingPaths(in folder: String) -> Self

  /// The placement of one request. `random` is the policy's own stream. Throws `InputError` where a parameter (a cut, a
  /// tier) does not fit the problem.
  func placement(for problem: PlacementProblem, using random: inout RandomStream) throws -> Placement
}

extension PartitionPolicy {
  public var isStatic: Bool { true }
  public var objective: Objective? { nil }
  public var namedCut: String? { nil }
  public func aiming(at objective: Objective) -> Self { self }
  public func session() throws -> (any PolicySession)? { nil }
  public func clairvoyant(for problem: PlacementProblem) -> (any ClairvoyantDecider)? { nil }
  public func resolvingPaths(in folder: String) -> Self { self }
}

/// A policy whose SPEC may name an objective, and which otherwise takes that of the plan.
package protocol AimedPolicy: PartitionPolicy {
  var objective: Objective? { get set }
}

extension AimedPolicy {
  public func aiming(at objective: Objective) -> Self {
    var policy = self
    policy.objective = self.objective ?? objective
    return policy
  }
}
