import StrictJSON

/// A link of the command line: `A:B=UPMbps[/DOWN][+RTTms]`, as in `device:cloud=5.85/13.76+50`.
public struct LinkSpec: Sendable, Hashable {
  public let from: String
  public let to: String
  public let uplinkMbps: Double
  /// Equal to the uplink where it is left out.
  public let downlinkMbps: Double
  public let roundTripMilliseconds: Double

  /// Reads a link; `Mbps` and `ms` may follow the numbers.
  ///
  /// Throws `InputError` where it is none.
  public init(_ text: String) throws(InputError) {
    func failure(_ reason: String) -> InputError {
      InputError("link '\(text.printable)' \(reason); write A:B=UP[/DOWN][+RTT], such as device:cloud=5.85/13.76+50")
    }
    guard let equals = text.lastIndex(of: "=") else { throw failure("has no '='") }
    let ends = text[..<equals].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard ends.count == 2, !ends[0].isEmpty, !ends[1].isEmpty else { throw failure("does not name two tiers") }
    var rest = text[text.index(after: equals)...]
    var (down, roundTrip): (Substring?, Substring?) = (nil, nil)
    // An exponent may hold a sign (1e+3), so that the round trip begins at the last plus that follows a digit or unit.
    if let plus = rest.lastIndex(of: "+"), plus > rest.startIndex, rest[rest.index(before: plus)].lowercased() != "e" {
      roundTrip = rest[rest.index(after: plus)...]
      rest = rest[..<plus]
    }
    if let slash = rest.firstIndex(of: "/") {
      down = rest[rest.index(after: slash)...]
      rest = rest[..<slash]
    }
    func number(_ text: Substring, _ unit: String) -> Double? {
      Double(text.lowercased().hasSuffix(unit) ? text.dropLast(unit.count) : text)
    }
    guard let up = number(rest, "mbps"), up > 0, up <= 1e12 else { throw failure("has no positive rate") }
    guard let down = down.map({ number($0, "mbps") }) ?? up, down > 0, down <= 1e12 else {
      throw failure("has a downlink that is no positive rate")
    }
    guard let roundTrip = roundTrip.map({ number($0, "ms") }) ?? 0, roundTrip >= 0, roundTrip <= 1e12 else {
      throw failure("has a round-trip time that is no number of milliseconds")
    }
    (from, to, uplinkMbps, downlinkMbps, roundTripMilliseconds) = (ends[0], ends[1], up, down, roundTrip)
  }

  public var hop: PlacementProblem.Hop {
    PlacementProblem.Hop(
      uplinkMbps: uplinkMbps, downlinkMbps: downlinkMbps, roundTripMilliseconds: roundTripMilliseconds)
  }

  /// The hops of a chain of tiers, each joined to the next by exactly one of the links; throws `InputError` otherwise.
  public static func hops(
    joining tiers: [String], with links: [LinkSpec]
  ) throws(InputError) -> [PlacementProblem.Hop] {
    let diagnostics = Diagnostics()
    for link in links {
      let unknown = [link.from, link.to].filter { !tiers.contains($0) }
      for name in unknown {
        diagnostics.report(
          "link '\(link.from.printable):\(link.to.printable)' names tier '\(name.printable)', which does not exist",
          suggestion: tiers.nearest(to: name))
      }
      if unknown.isEmpty, !zip(tiers, tiers.dropFirst()).contains(where: { $0 == link.from && $1 == link.to }) {
        diagnostics.report(
          "link '\(link.from.printable):\(link.to.printable)' does not join a tier and the next one up "
            + "(the chain is \(tiers.map(\.printable).joined(separator: ", ")))")
      }
    }
    var hops: [PlacementProblem.Hop] = []
    for (lower, upper) in zip(tiers, tiers.dropFirst()) {
      let joining = links.filter { $0.from == lower && $0.to == upper }
      if joining.count != 1 {
        diagnostics.report(
          "\(joining.isEmpty ? "no link joins" : "more than one link joins") "
            + "'\(lower.printable)' and '\(upper.printable)'")
      }
      if let link = joining.first { hops.append(link.hop) }
    }
    try diagnostics.throwIfAny()
    return hops
  }
}

extension PlacementProblem.Hop {
  /// A link by the units of scenarios; a missing downlink equals the uplink.
  public init(uplinkMbps: Double, downlinkMbps: Double? = nil, roundTripMilliseconds: Double = 0) {
    self.init(
      uplinkBitsPerSecond: uplinkMbps * 1e6, downlinkBitsPerSecond: (downlinkMbps ?? uplinkMbps) * 1e6,
      propagationNanoseconds: .nanoseconds(roundTripMilliseconds * 1e6 / 2))
  }
}
