import RandomStreams
import StrictJSON

/// Counts what a request adds to the device's energy as its radio stands now, and lets requests wait for one another.
///
/// A radio that is awake needs no promotion, and a message in its tail only makes the tail longer: then leaving the device
/// costs less than it does for a request alone. With `hold_ms` a request that would wake the radio is held back for so
/// long at most; those that come meanwhile go with it, and share one promotion and one tail. Requests whose deadline would
/// be missed by waiting do not wait.
/// Source of the energy of promotions and tails: Huang et al., "A close examination of performance and power
/// characteristics of 4G LTE networks", MobiSys 2012; of deferring: Balasubramanian et al., "Energy consumption in mobile
/// phones: a measurement study and implications for network applications", IMC 2009 (TailEnder).
public struct RadioAware: OnlinePolicy {
  public static let kind = "radio_aware"
  public static let summary = "least energy as the radio stands now; may hold requests back so that they share its tail"
  public let holdMilliseconds: Double
  public let joulesPerSecond: Double
  public let estimation: Estimation
  public var objective: Objective? { .energy }

  public init(from fields: inout FieldReader) {
    holdMilliseconds = fields.double(
      "hold_ms", default: 0, in: .nonNegative(upTo: 1e9), "how long a request may wait for others to share the radio")
    joulesPerSecond = fields.double(
      "joules_per_s", default: 0, in: .nonNegative(upTo: 1e9), "what a second of latency counts, in joules")
    estimation = Estimation(from: &fields, default: .ewma)
  }

  public func decider(for context: DecisionContext) -> any OnlineDecider {
    Marginal(CandidatePlacements(context.problem), self)
  }

  final class Marginal: OnlineDecider {
    private let candidates: CandidatePlacements
    private let policy: RadioAware
    private let estimates: HopEstimates
    private let hold: Int64
    /// When those that are held back are let go.
    private var release: Int64 = -1

    init(_ candidates: CandidatePlacements, _ policy: RadioAware) {
      self.candidates = candidates
      self.policy = policy
      hold = .nanoseconds(policy.holdMilliseconds * 1e6)
      estimates = HopEstimates(candidates.problem, policy.estimation)
    }

    func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
      let now = observation.nowNanoseconds
      let costs = candidates.costs(over: estimates.hops(at: now))
      let isAwake = observation.radio?.isAwake ?? false
      // Who joins others that wait pays as if the radio were awake.
      let joins = hold > 0 && !isAwake && release > now
      let choice = choice(costs, isAwake: isAwake || joins, observation)
      guard hold > 0, !isAwake, observation.radio != nil, usesRadio(choice) else {
        return Decision(candidates.placements[choice])
      }
      let wait = joins ? release - now : hold
      if let deadline = observation.deadlineNanoseconds, wait + costs[choice].latencyNanoseconds > deadline {
        return Decision(candidates.placements[joins ? self.choice(costs, isAwake: false, observation) : choice])
      }
      if !joins { release = now + hold }
      return Decision(candidates.placements[choice], holdNanoseconds: wait)
    }

    private func usesRadio(_ index: Int) -> Bool { costsMessages[index] }

    private lazy var costsMessages = candidates.itineraries.map { itinerary in
      itinerary.steps.contains {
        if case .transfer(_, 0, _, _) = $0 { return true }
        return false
      }
    }

    private func choice(_ costs: [PlanCost], isAwake: Bool, _ observation: Observation) -> Int {
      CandidatePlacements.least(
        costs.indices.map { index in
          var joules = costs[index].deviceJoules
          if isAwake, usesRadio(index), let radio = candidates.problem.radio.cellular {
            joules -= spared(radio, costs[index], observation)
          }
          return joules + policy.joulesPerSecond * Double(costs[index].latencyNanoseconds) / 1e9
        })
    }

    /// The first promotion, and of the tail what the radio would have stayed awake for anyway.
    private func spared(_ radio: Radio, _ cost: PlanCost, _ observation: Observation) -> Double {
      let idle = candidates.problem.tiers[0].idleWatts
      let promotion = (idle + radio.promotionWatts) * Double(radio.promotionNanoseconds) / 1e9
      // Others that are sending leave a tail anyway.
      let left = observation.radio?.phase == .tail ? observation.radio?.tailLeftNanoseconds ?? 0 : radio.tailNanoseconds
      return (cost.promotions > 0 ? promotion : 0) + radio.tailWatts * Double(min(left, radio.tailNanoseconds)) / 1e9
    }

    func learn(from outcome: RequestOutcome) { estimates.learn(from: outcome) }
  }
}
