import RandomStreams
import StrictJSON

/// Keeps a learner from burying itself under what it tries.
///
/// A cut that overloads the link is answered late, and until then nothing says how bad it is: while very many of a machine's
/// requests are open, the next stays on the device.
final class CautiousDecider: OnlineDecider {
  private let learner: any OnlineDecider
  private let local: Placement
  private let mostOpen: Int

  init(_ learner: any OnlineDecider, _ problem: PlacementProblem, mostOpen: Int) {
    self.learner = learner
    self.mostOpen = mostOpen
    local = problem.placement(everythingOn: 0)
  }

  func decide(_ observation: Observation, using random: inout RandomStream) throws -> Decision {
    observation.open >= mostOpen ? Decision(local) : try learner.decide(observation, using: &random)
  }

  func learn(from outcome: RequestOutcome) { learner.learn(from: outcome) }
}

extension FieldReader {
  /// The parameter of a policy that learns by trying.
  mutating func mostOpen() -> Int {
    int(
      "max_open", default: 8, in: 1...1_000_000_000,
      "while so many of a machine's requests are open, the next stays on the device")
  }
}
