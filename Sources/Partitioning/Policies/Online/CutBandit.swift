import Foundation
import RandomStreams

/// What a machine has learnt of each single-tensor cut from its own requests.
///
/// The unit is that of the objective: nanoseconds of latency or joules of the device.
final class CutBandit: OnlineDecider {
  struct Arm {
    var count = 0
    var mean = 0.0
  }

  private let candidates: CandidatePlacements
  private let objective: Objective
  private var arms: [Arm]
  private var largest = 0.0
  private var tried = 0
  private let choose: ([Arm], _ largest: Double, inout RandomStream) -> Int

  /// `choose` takes the arms, each of which has been tried but may have no answer yet, and the largest burden so far.
  init(
    _ problem: PlacementProblem, _ objective: Objective, choose: @escaping ([Arm], Double, inout RandomStream) -> Int
  ) {
    candidates = CandidatePlacements(problem)
    self.objective = objective
    arms = Array(repeating: Arm(), count: candidates.count)
    self.choose = choose
  }

  /// Tries each cut once, in order, before anything else.
  func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
    let arm = tried < candidates.count ? tried : choose(arms, largest, &random)
    tried = min(candidates.count, tried + 1)
    return Decision(candidates.placements[arm])
  }

  /// A request that was turned away counts as the worst so far.
  func learn(from outcome: RequestOutcome) {
    guard let arm = candidates.index(of: outcome.placement) else { return }
    let burden = outcome.isAnswered ? outcome.burden(objective) : max(largest, outcome.burden(objective))
    largest = max(largest, burden)
    arms[arm].count += 1
    arms[arm].mean += (burden - arms[arm].mean) / Double(arms[arm].count)
  }
}

extension [CutBandit.Arm] {
  /// The arm of least mean among those with an answer; the first where none has one.
  var leastMean: Int { indices.filter { self[$0].count > 0 }.min { self[$0].mean < self[$1].mean } ?? 0 }

  /// The arm of least mean less its bonus; one without an answer counts as never good enough to repeat.
  ///
  /// Means are divided by `largest`, so that they are in 0...1 as the theory asks.
  func leastBound(exploration: Double, largest: Double) -> Int {
    let total = Double(reduce(0) { $0 + $1.count })
    guard total > 0, largest > 0 else { return leastMean }
    func bound(_ arm: CutBandit.Arm) -> Double {
      guard arm.count > 0 else { return .infinity }
      return arm.mean / largest - exploration * (2 * log(total) / Double(arm.count)).squareRoot()
    }
    return indices.min { bound(self[$0]) < bound(self[$1]) } ?? 0
  }
}
