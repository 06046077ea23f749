extension PlacementProblem {
  /// Where a figure leaves the range in which its model was measured.
  public var notes: [String] {
    guard let radio = radio.cellular, let limit = radio.fittedUpToMbps, !radio.isClamped, let hop = hops.first else {
      return []
    }
    return [(Direction.up, "sends"), (.down, "receives")].compactMap { direction, verb in
      let mbps = hop.bitsPerSecond(direction) / 1e6
      let watts = self.radio.addedWatts(direction, bitsPerSecond: hop.bitsPerSecond(direction))
      guard mbps > limit else { return nil }
      return
        "the radio's power was measured up to \(rounded(limit)) Mbit/s; here it \(verb) at \(rounded(mbps)) Mbit/s, "
        + "where the linear model gives \(rounded(watts)) W"
    }
  }
}
