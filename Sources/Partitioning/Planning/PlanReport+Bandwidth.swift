import StrictJSON

extension PlanReport {
  /// What another rate of one hop would change.
  public struct Bandwidth: Sendable {
    public let hop: Int
    public let presentMbps: Double
    /// Between which rates the policy chooses the same placement; `nil` where it has no rule that could be asked.
    public let choice: (fromMbps: Double, toMbps: Double?)?
    /// Which placement is the best of all at which rate; `nil` for throughput.
    public let optimum: BandwidthIntervals?
  }

  /// The ranges for each hop.
  static func bandwidths(
    _ problem: PlacementProblem, _ objective: Objective, policy: any PartitionPolicy, choice: Placement,
    candidates: [Candidate]
  ) throws -> [Bandwidth] {
    try problem.hops.indices.map { hop in
      let present = problem.hops[hop].uplinkBitsPerSecond / 1e6
      let optimum = BandwidthIntervals(of: problem, objective, hop: hop) { problem in
        AdditiveOptimum(problem, objective, .twoWay)?.placement ?? problem.placement(everythingOn: 0)
      }
      var range: (fromMbps: Double, toMbps: Double?)?
      if policy.isStatic {
        let own = try BandwidthIntervals(of: problem, objective, hop: hop) { try policy.planned(for: $0) }
        range = own.map { $0.interval(at: present) }.map { ($0.fromMbps, $0.toMbps) }
        if objective == .throughput {
          range = problem.throughputRange(of: choice, among: candidates.map(\.placement), hop: hop)
        }
      }
      return Bandwidth(hop: hop, presentMbps: present, choice: range, optimum: optimum)
    }
  }

  var bandwidthJSON: JSONValue {
    .array(
      bandwidths.map { entry in
        let (from, to) = (problem.tiers[entry.hop].name, problem.tiers[entry.hop + 1].name)
        return .object([
          .init("link", .string("\(from):\(to)")), .init("uplink_mbps", .number(entry.presentMbps)),
          .init("choice", entry.choice.map { Self.range($0.fromMbps, $0.toMbps) }.map { .object($0) } ?? .null),
          .init("optimum", entry.optimum.map { intervals in .array(intervals.intervals.map(interval)) } ?? .null),
        ])
      })
  }

  private func interval(_ interval: BandwidthIntervals.Interval) -> JSONValue {
    let counts = problem.tiers.indices.map { tier in
      let layers = listedLayers.filter { interval.placement[$0] == tier }.count
      return JSONValue.Member(problem.tiers[tier].name, .number(layers))
    }
    let cut = candidates.first { $0.placement == interval.placement }
    return .object(
      Self.range(interval.fromMbps, interval.toMbps) + [
        .init("is_cut", .bool(cut != nil)), .init("cut", cut?.cut.map { .string($0) } ?? .null),
        .init("layers", .object(counts)),
      ])
  }

  private static func range(_ from: Double, _ to: Double?) -> [JSONValue.Member] {
    [.init("from_mbps", .number(from)), .init("to_mbps", to.map { .number($0) } ?? .null)]
  }

  /// The ranges in words.
  var bandwidthLines: [String] {
    bandwidths.flatMap { entry -> [String] in
      let between =
        problem.hops.count == 1
        ? "the uplink"
        : "the uplink \(problem.tiers[entry.hop].name.printable) - \(problem.tiers[entry.hop + 1].name.printable)"
      var lines: [String] = []
      if let choice = entry.choice {
        let among = objective == .throughput ? ", of the cuts listed" : ""
        lines.append(
          "\(policy.printable) chooses this while \(between) is at "
            + Self.words(choice.fromMbps, choice.toMbps) + "\(among) (now \(rounded(entry.presentMbps)))")
      }
      if let optimum = entry.optimum?.intervals, optimum.count > 1 {
        let ranges = optimum.map { "\(Self.words($0.fromMbps, $0.toMbps)): \(shortName(of: $0.placement))" }
        lines.append("best of all by \(between): " + ranges.joined(separator: "; "))
      }
      return lines
    }
  }

  private static func words(_ from: Double, _ to: Double?) -> String {
    switch (from, to) {
    case (0, nil): "any rate"
    case (0, let to?): "up to \(rounded(to)) Mbit/s"
    case (let from, nil): "\(rounded(from)) Mbit/s or more"
    case (let from, let to?): "\(rounded(from)) to \(rounded(to)) Mbit/s"
    }
  }

  private func shortName(of placement: Placement) -> String {
    for tier in problem.tiers.indices where problem.placement(everythingOn: tier) == placement {
      return "all on \(problem.tiers[tier].name.printable)"
    }
    if let cut = candidates.first(where: { $0.placement == placement }) {
      return cut.cut.map { "cut after \($0.printable)" } ?? "all on \(problem.tiers.last?.name.printable ?? "")"
    }
    let parts = problem.tiers.indices.map { tier in
      "\(listedLayers.filter { placement[$0] == tier }.count) layers on \(problem.tiers[tier].name.printable)"
    }
    return parts.joined(separator: ", ")
  }
}

extension PartitionPolicy {
  /// The placement of a policy that decides once; its first draw is that of `plan`.
  func planned(for problem: PlacementProblem, seed: UInt64 = 1) throws -> Placement {
    var random = planStream(seed: seed)
    return try placement(for: problem, using: &random)
  }
}

extension PlacementProblem {
  /// Between which uplink rates of a hop a placement has the highest throughput among some; `nil` where it has not now.
  ///
  /// A placement's busiest stage is max(c, b x) with the time c of its other stages and b of the hop's at the present
  /// rate, x the inverse rate: another wins where both its terms are smaller than the larger of the two.
  func throughputRange(of placement: Placement, among others: [Placement], hop: Int) -> (Double, Double?)? {
    func terms(_ placement: Placement) -> (other: Double, hop: Double) {
      var stages = stageTimes(under: placement)
      let own = max(stages.up[hop], stages.down[hop])
      (stages.up[hop], stages.down[hop]) = (0, 0)
      return (Double(stages.longest), Double(own))
    }
    let own = terms(placement)
    var (least, most) = (0.0, Double.infinity)
    for other in others.map(terms) {
      if other.other < own.other, other.hop > 0 { least = max(least, own.other / other.hop) }
      if other.other < own.other, other.hop == 0 { return nil }
      if other.hop < own.hop { most = min(most, other.other / own.hop) }
    }
    guard least <= 1, most >= 1 else { return nil }
    let mbps = hops[hop].uplinkBitsPerSecond / 1e6
    return (most == .infinity ? 0 : mbps / most, least == 0 ? nil : mbps / least)
  }
}
