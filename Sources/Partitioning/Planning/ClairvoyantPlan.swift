/// The best placement under the rates that links will have, for one problem.
///
/// It compares all single-tensor cuts and the exact optima for latency at the hops' rates times 2^-8 ... 2^8, of all hops
/// together and of each alone, by what they take from now on alone on the true links: exact where rates do not change
/// while a request is on its way and lie on that grid, and close elsewhere.
public final class ClairvoyantPlan {
  public let placements: [Placement]
  private let problem: PlacementProblem
  private let itineraries: [Itinerary]
  /// Of requests that leave at an exit.
  private var early: [UInt8: [Itinerary]] = [:]

  public init(_ problem: PlacementProblem) {
    self.problem = problem
    var seen: Set<Placement> = []
    var found: [Placement] = []
    func add(_ placement: Placement?) {
      if let placement, seen.insert(placement).inserted { found.append(placement) }
    }
    add(Optimum(of: problem, .latency).placement)
    for cut in problem.singleTensorCuts { add(problem.placement(cutting: cut)) }
    if !problem.network.exits.isEmpty { for cut in problem.candidateCuts { add(problem.placement(cutting: cut)) } }
    let prepared = PreparedCut(problem, .latency, .twoWay)
    let alone = problem.hops.count > 1 ? problem.hops.indices.map { [$0] } : []
    for varied in [Array(problem.hops.indices)] + alone {
      for exponent in -8...8 where exponent != 0 {
        let factor = Double(sign: .plus, exponent: exponent, significand: 1)
        let scaled = varied.reduce(problem) { $0.scalingRates(of: $1, by: factor) }
        add(prepared.placement(over: scaled.hops))
      }
    }
    placements = found
    itineraries = found.map { Itinerary($0, in: problem) }
  }

  /// The first of the fastest for requests that leave at an exit, and its latency in nanoseconds.
  public func best(knowing truth: any Truth, leavingAt exit: UInt8? = nil) -> (placement: Placement, nanoseconds: Int64)
  {
    var (best, least) = (0, Int64.max)
    for (index, itinerary) in itineraries(leavingAt: exit).enumerated() {
      let latency = truth.latencyNanoseconds(of: itinerary, in: problem)
      if latency < least { (best, least) = (index, latency) }
    }
    return (placements[best], least)
  }

  private func itineraries(leavingAt exit: UInt8?) -> [Itinerary] {
    guard let exit, !problem.network.exits.isEmpty else { return itineraries }
    if let known = early[exit] { return known }
    let made = placements.map { placement in
      var placement = placement
      placement.exit = exit
      return Itinerary(placement, in: problem)
    }
    early[exit] = made
    return made
  }
}
