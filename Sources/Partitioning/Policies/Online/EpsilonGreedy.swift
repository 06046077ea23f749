import StrictJSON

/// Mostly the single-tensor cut of least mean latency so far, now and then any.
///
/// Source: Sutton and Barto, "Reinforcement learning: an introduction", 2nd edition, section 2.2. With `decay` the share
/// shrinks as min(1, decay / n) in the n-th request, whose regret grows with the logarithm (Auer et al. 2002, theorem 3).
public struct EpsilonGreedy: OnlinePolicy, AimedPolicy {
  public static let kind = "epsilon_greedy"
  public static let summary = "learns the best single-tensor cut, trying any now and then"
  public let epsilon: Double
  public let decay: Double?
  public let mostOpen: Int
  public package(set) var objective: Objective?

  public init(from fields: inout FieldReader) {
    epsilon = fields.double("epsilon", default: 0.1, in: .fraction, "the share of requests that try any cut")
    decay = fields.doubleIfPresent(
      "decay", in: .positive(upTo: 1e9), "lets the share shrink: at most decay / number of answers so far")
    objective = fields.objective()
    mostOpen = fields.mostOpen()
  }

  public func decider(for context: DecisionContext) -> any OnlineDecider {
    let (epsilon, decay) = (epsilon, decay)
    let bandit = CutBandit(context.problem, objective ?? .latency) { arms, _, random in
      let answers = Double(max(1, arms.reduce(0) { $0 + $1.count }))
      let share = decay.map { min(epsilon, $0 / answers) } ?? epsilon
      return random.uniform() < share ? random.integer(below: arms.count) : arms.leastMean
    }
    return CautiousDecider(bandit, context.problem, mostOpen: mostOpen)
  }
}
