import RandomStreams
import StrictJSON

/// Trades latency against backlogs and a budget of energy: the least drift plus penalty.
///
/// Of each single-tensor cut k it takes the score V · T(k) + Qd · d(k) + Qu · u(k) + Z · E(k): T its latency, d the
/// device's time and u the sending time in seconds, E the device's joules. Qd and Qu are the seconds of work that earlier
/// decisions have left on the device and on its link; Z ← max(0, Z + E - budget) is a virtual queue, so that the mean
/// energy exceeds the budget by at most Z / n after n requests, Z being of the order of V.
/// Source: Neely, "Stochastic network optimization with application to communication and queueing systems", 2010,
/// chapter 4.
public struct Lyapunov: OnlinePolicy {
  public static let kind = "lyapunov"
  public static let summary = "least drift plus penalty: latency within a budget of the device's energy per request"
  public let weight: Double
  public let energyBudgetJoules: Double?
  public let estimation: Estimation

  public init(from fields: inout FieldReader) {
    weight = fields.double(
      "v", default: 1, in: .nonNegative(upTo: 1e9), "the weight of latency against backlogs and energy")
    energyBudgetJoules = fields.doubleIfPresent(
      "energy_budget_j", in: .positive(upTo: 1e9), "the device's mean joules per request; no limit where missing")
    estimation = Estimation(from: &fields, default: .ewma)
  }

  public func decider(for context: DecisionContext) -> any OnlineDecider {
    DriftPlusPenalty(CandidatePlacements(context.problem), self)
  }

  package final class DriftPlusPenalty: OnlineDecider {
    private let candidates: CandidatePlacements
    private let policy: Lyapunov
    private let estimates: HopEstimates
    /// Seconds of work.
    private var deviceBacklog = 0.0
    private var linkBacklog = 0.0
    /// Joules above the budget so far.
    package private(set) var energyDebt = 0.0
    /// What each open request was planned to take of the device's energy.
    private var planned: [Int: Double] = [:]
    private var last: Int64 = 0

    init(_ candidates: CandidatePlacements, _ policy: Lyapunov) {
      self.candidates = candidates
      self.policy = policy
      estimates = HopEstimates(candidates.problem, policy.estimation)
    }

    package func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
      let elapsed = Double(observation.nowNanoseconds - last) / 1e9
      last = observation.nowNanoseconds
      deviceBacklog = max(0, deviceBacklog - elapsed)
      linkBacklog = max(0, linkBacklog - elapsed)
      let hops = estimates.hops(at: observation.nowNanoseconds)
      let costs = candidates.costs(over: hops)
      let sending = candidates.itineraries.map { itinerary in
        itinerary.steps.reduce(0.0) { sum, step in
          guard case .transfer(_, 0, .up, let bytes) = step else { return sum }
          return sum + Double(hops[0].transferNanoseconds(bytes: bytes, .up)) / 1e9
        }
      }
      let scores = costs.indices.map { index in
        policy.weight * Double(costs[index].latencyNanoseconds) / 1e9
          + deviceBacklog * Double(candidates.compute[index][0]) / 1e9 + linkBacklog * sending[index]
          + energyDebt * costs[index].deviceJoules
      }
      let choice = CandidatePlacements.least(scores)
      deviceBacklog += Double(candidates.compute[choice][0]) / 1e9
      linkBacklog += sending[choice]
      if let budget = policy.energyBudgetJoules {
        energyDebt = max(0, energyDebt + costs[choice].deviceJoules - budget)
        planned[observation.request] = costs[choice].deviceJoules
      }
      return Decision(candidates.placements[choice])
    }

    /// What a request really took replaces what was planned.
    package func learn(from outcome: RequestOutcome) {
      estimates.learn(from: outcome)
      guard let planned = planned.removeValue(forKey: outcome.request) else { return }
      energyDebt = max(0, energyDebt + outcome.deviceJoules - planned)
    }
  }
}
