/// What a placement costs an isolated request as the rate of one hop changes: a straight line in the inverse rate.
///
/// With `x` = present rate / rate, so that 1 is now, 0 an endless rate and 2 half the present one, latency and the
/// device's energy are `constant + slope * x`: only what is sent over the hop takes longer, and a radio whose power
/// is linear in the rate pays the same joules per bit besides. Both directions change in proportion.
struct BandwidthLine {
  /// Nanoseconds or joules.
  let constant: Double
  let slope: Double

  /// Throughput is no straight line, neither is a waking radio's charge as later hops change, nor slow start or a message
  /// that streams over several hops.
  static func isExact(_ problem: PlacementProblem, _ objective: Objective, hop: Int) -> Bool {
    objective != .throughput && (hop == 0 || problem.radio.cellular == nil) && problem.hops[hop].transport == .ideal
      && !problem.streamsOverSeveralHops
  }

  init(_ placement: Placement, in problem: PlacementProblem, _ objective: Objective, hop varied: Int) {
    let itinerary = Itinerary(placement, in: problem)
    let burden = problem.cost(of: itinerary).burden(objective)
    let idle = problem.tiers[0].idleWatts
    var (varying, rounding) = (0.0, 0.0)
    for step in itinerary.steps {
      guard case .transfer(_, let hop, let direction, let bytes) = step, hop == varied else { continue }
      let rate = problem.hops[hop].bitsPerSecond(direction)
      let exact = Double(bytes) * 8e9 / rate
      let error = exact - Double(problem.hops[hop].transferNanoseconds(bytes: bytes, direction))
      guard objective == .energy else {
        varying += exact
        rounding += error
        continue
      }
      let added = { rate in hop == 0 ? problem.radio.addedWatts(direction, bitsPerSecond: rate) : 0 }
      varying += exact * (idle + added(0)) / 1e9
      rounding += error * (idle + added(rate)) / 1e9
    }
    slope = varying
    constant = burden + rounding - varying
  }

  func value(at x: Double) -> Double { constant + slope * x }

  /// Where it and a line of smaller slope are equal; `nil` where the other has no smaller slope.
  func crossing(_ flatter: BandwidthLine) -> Double? {
    slope > flatter.slope ? (flatter.constant - constant) / (slope - flatter.slope) : nil
  }
}
