import RandomStreams
import StrictJSON

/// Moves the cut by one place at a time, towards less latency, and knows nothing of the costs beforehand.
///
/// It compares means over a few requests of the present cut and of a neighbour, moves where the neighbour is better, and
/// turns round where it is not; when neither neighbour is better it rests, and tries again, so that it follows a system
/// that changes. In the spirit of Ghosh et al., "PArtNNer: platform-agnostic adaptive edge-cloud DNN partitioning for
/// minimizing end-to-end latency", ACM TECS 2024.
public struct HillClimb: OnlinePolicy, AimedPolicy {
  public static let kind = "hill_climb"
  public static let summary = "moves the cut to a neighbour while that makes requests faster"
  public let window: Int
  public let rest: Int
  public let mostOpen: Int
  public package(set) var objective: Objective?

  public init(from fields: inout FieldReader) {
    window = fields.int("window", default: 5, in: 1...1_000_000, "requests that a cut is judged by")
    rest = fields.int(
      "rest", default: 50, in: 0...1_000_000_000, "requests without trials once no neighbour is better")
    objective = fields.objective()
    mostOpen = fields.mostOpen()
  }

  public func decider(for context: DecisionContext) -> any OnlineDecider {
    let climber = Climber(CandidatePlacements(context.problem), objective ?? .latency, window: window, rest: rest)
    return CautiousDecider(climber, context.problem, mostOpen: mostOpen)
  }

  /// Trials follow one another; what comes in late of an earlier one is left out.
  final class Climber: OnlineDecider {
    private let candidates: CandidatePlacements
    private let objective: Objective
    private let window: Int
    private let rest: Int
    /// The best known cut, and its mean in the last trial; `nil` before it was judged.
    private var place: Int
    private var level: Double?
    private var direction = -1
    private var failures = 0
    private var resting = 0
    /// The cut that is judged, and what it has come to.
    private var trial: Int
    private var sum = 0.0
    private var count = 0
    private var worst = 0.0

    /// Begins with everything on the device, which is always possible.
    init(_ candidates: CandidatePlacements, _ objective: Objective, window: Int, rest: Int) {
      self.candidates = candidates
      self.objective = objective
      self.window = window
      self.rest = rest
      place = candidates.count - 1
      trial = place
    }

    func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
      if resting > 0 {
        resting -= 1
        if resting == 0 { begin(place, forgetting: true) }
      }
      return Decision(candidates.placements[trial])
    }

    func learn(from outcome: RequestOutcome) {
      guard resting == 0, candidates.index(of: outcome.placement) == trial else { return }
      let burden = outcome.isAnswered ? outcome.burden(objective) : max(worst, outcome.burden(objective))
      worst = max(worst, burden)
      sum += burden
      count += 1
      if count >= window { judge(sum / Double(count)) }
    }

    private func judge(_ mean: Double) {
      if trial == place {
        level = mean
      } else if mean < level ?? .infinity {
        (place, level, failures) = (trial, mean, 0)
      } else {
        direction = -direction
        failures += 1
      }
      if failures >= 2 {
        failures = 0
        begin(place, forgetting: rest == 0)
        resting = rest
        return
      }
      if !candidates.placements.indices.contains(place + direction) {
        direction = -direction
        failures += 1
      }
      let next = place + direction
      begin(candidates.placements.indices.contains(next) ? next : place, forgetting: false)
    }

    private func begin(_ cut: Int, forgetting: Bool) {
      (trial, sum, count) = (cut, 0, 0)
      if forgetting { level = nil }
    }
  }
}
