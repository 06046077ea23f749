import StrictJSON

/// The single-tensor cut of least mean latency less a bonus for what has been tried little.
///
/// Source: Auer, Cesa-Bianchi, Fischer, "Finite-time analysis of the multiarmed bandit problem", Machine Learning 2002
/// (UCB1, whose regret grows with the logarithm of the requests), with latencies divided by the longest so far.
public struct UCB1: OnlinePolicy, AimedPolicy {
  public static let kind = "ucb1"
  public static let summary = "learns the best single-tensor cut by upper confidence bounds"
  public let exploration: Double
  public let mostOpen: Int
  public package(set) var objective: Objective?

  public init(from fields: inout FieldReader) {
    exploration = fields.double(
      "exploration", default: 0.1, in: .nonNegative(upTo: 1e6), "the weight of the bonus; 1 is that of the theory")
    objective = fields.objective()
    mostOpen = fields.mostOpen()
  }

  public func decider(for context: DecisionContext) -> any OnlineDecider {
    let exploration = exploration
    let bandit = CutBandit(context.problem, objective ?? .latency) { arms, largest, _ in
      arms.leastBound(exploration: exploration, largest: largest)
    }
    return CautiousDecider(bandit, context.problem, mostOpen: mostOpen)
  }
}
