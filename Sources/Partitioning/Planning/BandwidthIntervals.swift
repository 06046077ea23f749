/// Which placement a policy chooses at which rate of one hop, everything else as it is.
///
/// A policy that minimises latency or energy over some set of placements follows the lower envelope of their lines
/// (`BandwidthLine`). Its corners are found by asking the policy: at the crossing of the lines that are best at two
/// rates either nothing is better, and it is a corner, or a third line is, and both sides are searched. Each answer is a
/// corner or a new line, so that the corners are exact but for the rounding of times to nanoseconds.
/// Source: Eisner and Severance, "Mathematical techniques for efficient record segmentation in large shared databases",
/// Journal of the ACM 1976.
public struct BandwidthIntervals: Sendable {
  /// Rates between which one placement is chosen.
  public struct Interval: Sendable {
    public let placement: Placement
    /// Of the uplink, in 10^6 bit/s; 0 where no lower rate changes it.
    public let fromMbps: Double
    /// `nil` where no higher rate changes it.
    public let toMbps: Double?
  }

  public let hop: Int
  /// Ascending rates; they meet.
  public let intervals: [Interval]

  /// Rates looked at, in bit/s: what holds at an end of them is said to hold beyond.
  static let rates = 1e3...1e12
  private static let most = 1000

  /// Asks `choose` at different rates of a hop; `nil` where costs are no straight lines (`BandwidthLine.isExact`).
  public init?(
    of problem: PlacementProblem, _ objective: Objective, hop: Int,
    choosing choose: (PlacementProblem) throws -> Placement
  ) rethrows {
    guard BandwidthLine.isExact(problem, objective, hop: hop) else { return nil }
    let present = problem.hops[hop].uplinkBitsPerSecond
    let slowest = present / min(Self.rates.lowerBound, present)
    let fastest = present / max(Self.rates.upperBound, present)
    typealias Best = (placement: Placement, line: BandwidthLine)
    func best(at x: Double) throws -> Best {
      let placement = try choose(problem.scalingRates(of: hop, by: 1 / x))
      return (placement, BandwidthLine(placement, in: problem, objective, hop: hop))
    }
    let resolution = problem.costResolution(objective)
    var corners: [(x: Double, below: Placement)] = []
    // From the fastest rate on: pairs of lines between which the envelope is not yet known.
    var last = try best(at: fastest)
    var first = last.placement
    var open = [try best(at: slowest)]
    while let next = open.last {
      guard let x = last.line.crossing(next.line), x < slowest else {
        // Equal slopes, or no crossing in time: the steeper line holds on.
        open.removeLast()
        continue
      }
      guard x > fastest else {
        open.removeLast()
        if corners.isEmpty { first = next.placement }
        last = next
        continue
      }
      let between = try best(at: x)
      let gain = next.line.value(at: x) - between.line.value(at: x)
      let isCorner = gain <= resolution + 1e-12 * abs(next.line.value(at: x))
      let isNew = between.line.slope < last.line.slope && between.line.slope > next.line.slope
      if isCorner || !isNew || open.count + corners.count >= Self.most {
        corners.append((x, next.placement))
        last = next
        open.removeLast()
      } else {
        open.append(between)
      }
    }
    self.hop = hop
    let mbps = present / 1e6
    var found: [Interval] = []
    var (placement, upper): (Placement, Double?) = (first, nil)
    for corner in corners {
      found.append(Interval(placement: placement, fromMbps: mbps / corner.x, toMbps: upper))
      (placement, upper) = (corner.below, mbps / corner.x)
    }
    found.append(Interval(placement: placement, fromMbps: 0, toMbps: upper))
    intervals = found.reversed()
  }

  /// The rates around `mbps` between which the choice is the same.
  public func interval(at mbps: Double) -> Interval {
    intervals.last { $0.fromMbps <= mbps } ?? intervals[0]
  }
}

extension PlacementProblem {
  /// The same problem with both rates of a hop multiplied by a factor.
  func scalingRates(of index: Int, by factor: Double) -> PlacementProblem {
    var hops = hops
    let hop = hops[index]
    hops[index] = Hop(
      uplinkBitsPerSecond: hop.uplinkBitsPerSecond * factor, downlinkBitsPerSecond: hop.downlinkBitsPerSecond * factor,
      propagationNanoseconds: hop.propagationNanoseconds, transport: hop.transport, serialization: hop.serialization,
      streams: hop.streams, energy: hop.energy)
    return replacingHops(hops)
  }

  /// The same problem over other links.
  package func replacingHops(_ hops: [Hop]) -> PlacementProblem {
    var problem = PlacementProblem(
      network: network, tiers: tiers, hops: hops, radio: radio, returnsResult: returnsResult)
    problem.codec = codec
    return problem
  }

  /// Differences of costs that rounding times to nanoseconds can make: half a nanosecond for each tensor and direction.
  fileprivate func costResolution(_ objective: Objective) -> Double {
    let nanoseconds = Double(network.tensors.count)
    guard objective == .energy, let hop = hops.first else { return nanoseconds }
    let watts = [Direction.up, .down].map { radio.addedWatts($0, bitsPerSecond: hop.bitsPerSecond($0)) }
    return nanoseconds * (tiers[0].idleWatts + max(watts[0], watts[1])) / 1e9
  }
}
