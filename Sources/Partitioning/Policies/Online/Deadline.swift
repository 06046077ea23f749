import RandomStreams
import StrictJSON

/// The most accurate exit that some cut reaches in time, and of its cuts the fastest.
///
/// For each exit from the last to the first it looks for the cut whose slowest request is done by the deadline, at the
/// bandwidth as it is believed to be; of those the one of the least expected latency over the exits that samples take.
/// Where nothing is in time, the fastest of all. Without exits in the cost table it chooses among cuts alone.
/// Source: Li, Zhou, Chen, "Edge intelligence: on-demand deep learning model co-inference with device-edge synergy",
/// MECOMM 2018 (Edgent); of the expectation: Laskaridis et al., "SPINN", MobiCom 2020.
public struct DeadlineAware: OnlinePolicy {
  public static let kind = "deadline"
  public static let summary = "the most accurate early exit that some cut reaches by the deadline"
  public let deadlineMilliseconds: Double?
  public let margin: Double
  public let estimation: Estimation

  public init(from fields: inout FieldReader) {
    deadlineMilliseconds = fields.doubleIfPresent(
      "deadline_ms", in: .positive(upTo: 1e12), "the time to answer in; the workload's own where missing")
    margin = fields.double(
      "margin", default: 0.1, in: .range(0...0.99), "the part of the deadline that is kept in reserve")
    estimation = Estimation(from: &fields, default: .ewma)
  }

  public func decider(for context: DecisionContext) -> any OnlineDecider { Chooser(context.problem, self) }

  final class Chooser: OnlineDecider {
    private struct Option {
      let placement: Placement
      /// Of a request that leaves at each exit up to the last, and how many do.
      let itineraries: [(itinerary: Itinerary, share: Double)]
    }

    private let problem: PlacementProblem
    private let policy: DeadlineAware
    private let estimates: HopEstimates
    /// From the most to the least accurate.
    private let levels: [[Option]]

    init(_ problem: PlacementProblem, _ policy: DeadlineAware) {
      self.problem = problem
      self.policy = policy
      estimates = HopEstimates(problem, policy.estimation)
      let network = problem.network
      let exits = network.exits.indices.sorted {
        (network.accuracy(leavingBy: $0), $0) > (network.accuracy(leavingBy: $1), $1)
      }
      levels = exits.isEmpty ? [Self.options(problem, exit: nil)] : exits.map { Self.options(problem, exit: $0) }
    }

    private static func options(_ problem: PlacementProblem, exit: Int?) -> [Option] {
      let network = problem.network
      let trunk = exit.map { network.ancestors(of: [network.exits[$0].layer]) }
      let cuts = problem.candidateCuts.filter { cut in
        trunk.map { trunk in cut.layers.allSatisfy { trunk[$0] } } ?? true
      }
      var seen: Set<Placement> = []
      return cuts.compactMap { cut in
        var placement = problem.placement(cutting: cut)
        if let trunk {
          // What an exit on the way needs is asked where its input is.
          for layer in network.layers.indices where !trunk[layer] && problem.pinnedTier(of: layer) == nil {
            placement.tiers[layer] =
              network.layers[layer].inputs.map { placement.tiers[network.tensors[$0].producer] }.max() ?? 0
          }
        }
        placement.exit = exit.map { UInt8($0) }
        guard seen.insert(placement).inserted else { return nil }
        return Option(placement: placement, itineraries: itineraries(placement, exit, problem))
      }
    }

    private static func itineraries(
      _ placement: Placement, _ exit: Int?, _ problem: PlacementProblem
    ) -> [(itinerary: Itinerary, share: Double)] {
      guard let exit else { return [(Itinerary(placement, in: problem), 1)] }
      var rest = 1.0
      var result: [(itinerary: Itinerary, share: Double)] = []
      for index in 0...exit {
        let share = index == exit ? max(0, rest) : problem.network.exits[index].probability
        rest -= share
        guard share > 0 || index == exit else { continue }
        var early = placement
        early.exit = UInt8(index)
        result.append((Itinerary(early, in: problem), share))
      }
      return result
    }

    func decide(_ observation: Observation, using random: inout RandomStream) -> Decision {
      let present = problem.replacingHops(estimates.hops(at: observation.nowNanoseconds))
      let deadline = policy.deadlineMilliseconds.map { $0 * 1e6 } ?? observation.deadlineNanoseconds.map { Double($0) }
      let limit = deadline.map { $0 * (1 - policy.margin) } ?? .infinity
      var fastest: (placement: Placement, slowest: Double)?
      for options in levels {
        var best: (placement: Placement, expected: Double)?
        for option in options {
          let times = option.itineraries.map { Double(present.cost(of: $0.itinerary).latencyNanoseconds) }
          let slowest = times.max() ?? 0
          let expected = zip(times, option.itineraries).reduce(0) { $0 + $1.0 * $1.1.share }
          if slowest <= limit, expected < best?.expected ?? .infinity { best = (option.placement, expected) }
          if slowest < fastest?.slowest ?? .infinity { fastest = (option.placement, slowest) }
        }
        if let best { return Decision(best.placement) }
      }
      return Decision(fastest?.placement ?? problem.placement(everythingOn: 0))
    }

    func learn(from outcome: RequestOutcome) { estimates.learn(from: outcome) }
  }
}
