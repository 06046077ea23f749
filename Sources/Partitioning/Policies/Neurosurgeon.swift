import RandomStreams
import StrictJSON

/// The best single cut between the device and the last tier that at most one tensor crosses.
///
/// Exact on chains with one crossing; on other networks `mincut` is never worse. O(cuts) per decision once
/// the cuts are known.
/// Source: Kang et al., "Neurosurgeon", ASPLOS 2017.
public struct Neurosurgeon: PartitionPolicy, AimedPolicy {
  public static let kind = "neurosurgeon"
  public static let summary = "the best single-tensor cut between the device and the last tier"
  public var informationClass: InformationClass { estimation.estimator == .none ? .profiled : .estimating }
  public var isStatic: Bool { estimation.estimator == .none }

  public let estimation: Estimation

  public package(set) var objective: Objective?

  public init(from fields: inout FieldReader) {
    objective = fields.objective()
    estimation = Estimation(from: &fields, default: .none)
  }

  /// Plans with the bandwidths that a machine's own messages tell, where it estimates them.
  public func session() throws -> (any PolicySession)? {
    guard estimation.estimator != .none else { return nil }
    let (estimation, objective) = (estimation, objective ?? .latency)
    return MachineSession { context in
      let scan = ChainScan(context.problem, objective)
      return EstimatingDecider(context.problem, estimation) { scan.best(for: context.problem.replacingHops($0)) }
    }
  }

  public func placement(for problem: PlacementProblem, using random: inout RandomStream) -> Placement {
    ChainScan(problem, objective ?? .latency).best(for: problem)
  }
}

extension FieldReader {
  /// The field that every policy with an aim has.
  mutating func objective() -> Objective? {
    choiceIfPresent("objective", "what is optimised: latency (the default), the device's energy, or throughput")
  }
}
