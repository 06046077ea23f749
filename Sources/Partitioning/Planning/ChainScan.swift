/// The single-tensor cuts of one network, compiled so that a decision is one pass over them.
///
/// A cut's latency, and without a waking radio its energy, is a constant and a term for each message, so that another
/// bandwidth only changes the messages. O(cuts) per decision.
public struct ChainScan: Sendable {
  private struct Message: Sendable {
    let hop: Int
    let direction: Direction
    let bytes: Int
  }

  private let objective: Objective
  /// Whether costs are sums of constants and messages.
  private let isAdditive: Bool
  public let placements: [Placement]
  private let itineraries: [Itinerary]
  /// Nanoseconds or joules of everything that is no message.
  private let constants: [Double]
  private let messages: [Message]
  /// Where each cut's messages end.
  private let ends: [Int]

  public init(_ problem: PlacementProblem, _ objective: Objective) {
    self.objective = objective
    isAdditive = objective != .throughput && problem.radio.cellular == nil
    let all = problem.singleTensorCuts.map { problem.placement(cutting: $0) }
    let fitting = problem.limitsMemory ? all.filter(problem.fits) : all
    // Where none fits, whoever uses the placement says so.
    placements = fitting.isEmpty ? all : fitting
    itineraries = placements.map { Itinerary($0, in: problem) }
    var (constants, messages, ends): ([Double], [Message], [Int]) = ([], [], [])
    for itinerary in itineraries {
      var constant = 0.0
      for step in itinerary.steps {
        switch step {
        case .compute(let tier, _, let time):
          let watts = tier == 0 ? problem.deviceComputeWatts : problem.tiers[0].idleWatts
          constant += objective == .energy ? watts * Double(time) / 1e9 : Double(time)
        case .transfer(_, let hop, let direction, let bytes):
          messages.append(Message(hop: hop, direction: direction, bytes: bytes))
        }
      }
      constants.append(constant)
      ends.append(messages.count)
    }
    (self.constants, self.messages, self.ends) = (constants, messages, ends)
  }

  /// The cut of least cost over the links of `problem`, which is otherwise the one it was made for.
  ///
  /// Of equal cuts the last wins: the one with the fewest layers away from the device.
  public func best(for problem: PlacementProblem) -> Placement {
    guard isAdditive, problem.hops.allSatisfy(\.isPlain), problem.codec == InputCodec() else {
      return placements[bySteps(problem)]
    }
    let isEnergy = objective == .energy
    let idle = problem.tiers[0].idleWatts
    var (best, least) = (0, Double.infinity)
    var message = 0
    problem.hops.withUnsafeBufferPointer { hops in
      for cut in constants.indices {
        var cost = constants[cut]
        while message < ends[cut] {
          let hop = hops[messages[message].hop]
          let direction = messages[message].direction
          let sending = Double(hop.transferNanoseconds(bytes: messages[message].bytes, direction))
          let propagation = Double(hop.propagationNanoseconds)
          if isEnergy {
            let rate = hop.bitsPerSecond(direction)
            let added =
              messages[message].hop == 0 ? problem.radio.addedWatts(direction, bitsPerSecond: rate) : 0
            cost += ((idle + added) * sending + idle * propagation) / 1e9
          } else {
            cost += sending + propagation
          }
          message += 1
        }
        if cost <= least { (best, least) = (cut, cost) }
      }
    }
    return placements[best]
  }

  private func bySteps(_ problem: PlacementProblem) -> Int {
    var (best, least) = (0, Double.infinity)
    for (cut, itinerary) in itineraries.enumerated() {
      let cost = problem.cost(of: itinerary).burden(objective)
      if cost <= least { (best, least) = (cut, cost) }
    }
    return best
  }
}

extension PlacementProblem.Hop {
  /// Whether a message takes its bytes at the rate and the propagation, and nothing else.
  fileprivate var isPlain: Bool { transport == .ideal && serialization == Serialization() && !streams }
}
