import Foundation
import RandomStreams
import StrictJSON

/// A planner for all devices at once: each request pays for the delay that it causes to the others as well.
///
/// It knows what it has sent where, and so the load of every machine; a machine of load ρ on c servers makes a visit of s
/// seconds wait s ρ / (c (1 - ρ)), as in an M/M/1 queue of that load. A selfish device counts that alone; the total delay
/// grows by s ρ / (c (1 - ρ)²) besides, and where everybody counts both the mean latency is least.
/// Source: Pigou, "The economics of welfare", 1920, and Beckmann, McGuire, Winsten, "Studies in the economics of
/// transportation", 1956 (marginal cost).
public struct Social: PartitionPolicy {
  public static let kind = "social"
  public static let summary = "a planner for all devices: each request also counts the delay that it causes to others"
  public var informationClass: InformationClass { .estimating }
  public var isStatic: Bool { false }
  public let horizonSeconds: Double

  public init(from fields: inout FieldReader) {
    horizonSeconds = fields.double(
      "horizon_s", default: 30, in: .positive(upTo: 1e9), "the time over which loads are averaged")
  }

  public func session() throws -> (any PolicySession)? { Planning(horizonSeconds: horizonSeconds) }

  public func placement(for problem: PlacementProblem, using random: inout RandomStream) throws -> Placement {
    let planning = Planning(horizonSeconds: horizonSeconds)
    return try planning.decider(for: DecisionContext(problem: problem)).firstPlacement(for: problem, using: &random)
  }

  final class Planning: PolicySession {
    private let horizon: Double
    /// Seconds of work, decaying with the horizon, and when that was so.
    private var work: [Machine: (seconds: Double, at: Int64)] = [:]

    struct Machine: Hashable {
      let tier: String
      let index: Int
    }

    init(horizonSeconds: Double) { horizon = horizonSeconds * 1e9 }

    func decider(for context: DecisionContext) -> any OnlineDecider { Member(context, of: self) }

    func load(of machine: Machine, servers: Int, at now: Int64) -> Double {
      guard let known = work[machine] else { return 0 }
      // Early in a run there is less of it than a horizon.
      let span = -horizon * expm1(-Double(max(1, now)) / horizon)
      let seconds = known.seconds * exp(-Double(now - known.at) / horizon)
      return seconds * 1e9 / max(span, 1) / Double(servers)
    }

    func add(_ seconds: Double, to machine: Machine, at now: Int64) {
      let known = work[machine]
      let rest = known.map { $0.seconds * exp(-Double(now - $0.at) / horizon) } ?? 0
      work[machine] = (rest + seconds, now)
    }
  }

  final class Member: OnlineDecider {
    private let candidates: CandidatePlacements
    private let planning: Planning
    private let machines: [Planning.Machine]
    private let costs: [PlanCost]

    init(_ context: DecisionContext, of planning: Planning) {
      candidates = CandidatePlacements(context.problem)
      costs = candidates.costs(over: context.problem.hops)
      self.planning = planning
      var index = context.machine
      machines = context.problem.tiers.indices.map { tier in
        if tier > 0 { index %= max(1, context.machinesOfTiers[tier]) }
        return Planning.Machine(tier: context.problem.tiers[tier].name, index: index)
      }
    }

    func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
      let now = observation.nowNanoseconds
      let factors = machines.indices.map { tier -> Double in
        let servers = candidates.problem.tiers[tier].servers
        let load = min(0.999, planning.load(of: machines[tier], servers: servers, at: now))
        return (load / (1 - load) + load / ((1 - load) * (1 - load))) / Double(servers)
      }
      let figures = costs.indices.map { index in
        zip(factors, candidates.compute[index]).reduce(Double(costs[index].latencyNanoseconds)) {
          $0 + $1.0 * Double($1.1)
        }
      }
      let choice = CandidatePlacements.least(figures)
      for (tier, time) in candidates.compute[choice].enumerated() where time > 0 {
        planning.add(Double(time) / 1e9, to: machines[tier], at: now)
      }
      return Decision(candidates.placements[choice])
    }
  }
}
