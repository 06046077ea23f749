import RandomStreams
import StrictJSON

/// Best response to how busy other tiers were when they last told, which may be a while ago.
///
/// To each single-tensor cut's own latency it adds the waiting that the last report of every tier on its way tells of.
/// When many devices follow the same old report they rush to the same place and away from it together; with damping d a
/// device keeps its last choice with probability d, so that only some move at a time.
/// Source: the resource game of many devices that share a finite server, arXiv 2306.12185 (DDS); of damped best responses:
/// Mitzenmacher, "How useful is old information?", IEEE TPDS 2000.
public struct ContentionAware: OnlinePolicy {
  public static let kind = "contention_aware"
  public static let summary = "the fastest single-tensor cut by what other tiers last told of their queues"
  public let damping: Double
  public let reportPeriodSeconds: Double?
  public let estimation: Estimation

  public init(from fields: inout FieldReader) {
    damping = fields.double(
      "damping", default: 0, in: .range(0...0.999), "the probability with which a device keeps its last choice")
    reportPeriodSeconds = fields.doubleIfPresent(
      "report_s", in: .nonNegative(upTo: 1e9),
      "tiers tell everybody how busy they are every so many seconds (0: always); where missing only answers tell")
    estimation = Estimation(from: &fields, default: .none)
  }

  public func decider(for context: DecisionContext) -> any OnlineDecider {
    BestResponse(CandidatePlacements(context.problem), self)
  }

  final class BestResponse: OnlineDecider {
    private let candidates: CandidatePlacements
    private let policy: ContentionAware
    private let estimates: HopEstimates
    private var last: Int?

    init(_ candidates: CandidatePlacements, _ policy: ContentionAware) {
      self.candidates = candidates
      self.policy = policy
      estimates = HopEstimates(candidates.problem, policy.estimation)
    }

    func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
      if let last, policy.damping > 0, random.uniform() < policy.damping {
        return Decision(candidates.placements[last])
      }
      let costs = candidates.costs(over: estimates.hops(at: observation.nowNanoseconds))
      let figures = costs.indices.map { index in
        var time = Double(costs[index].latencyNanoseconds)
        for (tier, load) in observation.loads.enumerated() {
          guard let load = load?.value, candidates.visits[index][tier] > 0 else { continue }
          time += Double(candidates.visits[index][tier]) * Double(load.waitNanoseconds)
          time += (load.slowdown - 1) * Double(candidates.compute[index][tier])
        }
        return time
      }
      let choice = CandidatePlacements.least(figures)
      last = choice
      return Decision(candidates.placements[choice])
    }

    func learn(from outcome: RequestOutcome) { estimates.learn(from: outcome) }
  }
}
