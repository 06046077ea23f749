import Foundation
import RandomStreams
import StrictJSON

/// A planner for all devices at once: each request pays for the delay that it causes to the others as well.
///
/// It knows what it has sent where, and so the load of every machine and link; a machine of load ρ on c servers makes a visit of s
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

    /// What work waits for: a machine of a tier, or one direction of a link.
    enum Machine: Hashable {
      case tier(String, machine: Int)
      case link(DecisionContext.LinkName, Direction)
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
    private let costs: [PlanCost]
    /// Everything on the path that work waits for, and how many servers it has.
    private let machines: [(name: Planning.Machine, servers: Int)]
    /// By candidate and machine, in nanoseconds.
    private let work: [[Double]]

    init(_ context: DecisionContext, of planning: Planning) {
      let problem = context.problem
      let candidates = CandidatePlacements(problem)
      self.candidates = candidates
      self.planning = planning
      costs = candidates.costs(over: problem.hops)
      var index = context.machine
      var machines = problem.tiers.indices.map { tier -> (name: Planning.Machine, servers: Int) in
        if tier > 0 { index %= max(1, context.machinesOfTiers[tier]) }
        return (.tier(problem.tiers[tier].name, machine: index), problem.tiers[tier].servers)
      }
      for link in context.links { machines += [(.link(link, .up), 1), (.link(link, .down), 1)] }
      self.machines = machines
      work = candidates.placements.indices.map { candidate in
        var times = candidates.compute[candidate].map { Double($0) }
        times += [Double](repeating: 0, count: 2 * problem.hops.count)
        for case .transfer(_, let hop, let direction, let bytes) in candidates.itineraries[candidate].steps {
          let place = problem.tiers.count + 2 * hop + (direction == .up ? 0 : 1)
          times[place] += Double(problem.hops[hop].transferNanoseconds(bytes: bytes, direction))
        }
        return times
      }
    }

    func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
      let now = observation.nowNanoseconds
      let factors = machines.map { machine -> Double in
        let load = min(0.999, planning.load(of: machine.name, servers: machine.servers, at: now))
        return (load / (1 - load) + load / ((1 - load) * (1 - load))) / Double(machine.servers)
      }
      let figures = costs.indices.map { candidate in
        zip(factors, work[candidate]).reduce(Double(costs[candidate].latencyNanoseconds)) { $0 + $1.0 * $1.1 }
      }
      let choice = CandidatePlacements.least(figures)
      for (machine, time) in zip(machines, work[choice]) where time > 0 {
        planning.add(time / 1e9, to: machine.name, at: now)
      }
      return Decision(candidates.placements[choice])
    }
  }
}
