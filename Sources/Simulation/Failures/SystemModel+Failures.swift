import Partitioning

extension SystemModel {
  /// Throws `SimulationError` where losses, outages, recovery or a medium cannot be.
  func validateFailures() throws(SimulationError) {
    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(SimulationError) {
      if !condition { throw SimulationError(message()) }
    }
    func isPossible(_ outages: [Outage], _ random: RandomOutages?) -> Bool {
      let times = [random?.meanUpNanoseconds, random?.meanDownNanoseconds].compactMap { $0 }
      return outages.allSatisfy { $0.start >= 0 && $0.end >= $0.start } && times.allSatisfy { $0 >= 1 && $0.isFinite }
    }
    for node in nodes {
      try require(isPossible(node.outages, node.randomOutages), "node '\(node.name)': impossible outages")
      try require(
        !node.fails || node.traits.isPlain,
        "node '\(node.name)': outages of machines with memory, clocks, heat, power states or batteries are not simulated"
      )
    }
    for link in links {
      try require(isPossible(link.outages, link.randomOutages), "link '\(link.name)': impossible outages")
      if let loss = link.loss {
        let parts = [loss.perMessage, loss.perPacket]
        try require(
          parts.allSatisfy { (0...1).contains($0) } && loss.packetBytes > 0, "link '\(link.name)': impossible loss")
      }
      let energy = [
        link.hop.energy.uplinkJoulesPerBit, link.hop.energy.downlinkJoulesPerBit, link.hop.energy.joulesPerMessage,
      ]
      try require(energy.allSatisfy { $0 >= 0 && $0.isFinite }, "link '\(link.name)': impossible energy")
      try require((link.longestRestNanoseconds ?? 0) >= 0, "link '\(link.name)': an impossible rest")
      if link.losesInOutages {
        try require(!link.hop.streams, "link '\(link.name)': what streams pauses in outages")
      }
      guard link.sharing == .wifi else { continue }
      let rates = (link.medium?.stationBitsPerSecond ?? []) + (link.medium?.totals ?? []).map(\.bitsPerSecond)
      let isAlone = link.isShared && link.hop.transport == .ideal && !link.hop.streams
      let isTraced = link.uplinkTrace != nil || link.downlinkTrace != nil
      try require(
        isAlone && !isTraced && rates.allSatisfy { $0 > 0 && $0.isFinite }, "link '\(link.name)': an impossible medium")
    }
    for source in sources {
      guard let recovery = source.recovery else { continue }
      let isPossible =
        (recovery.timeoutNanoseconds ?? 1) > 0 && recovery.retries >= 0 && recovery.retries < Int(Int32.max)
        && recovery.backoffNanoseconds >= 0 && (recovery.longestBackoffNanoseconds ?? 0) >= 0
        && recovery.backoffFactor >= 1 && recovery.backoffFactor.isFinite && (0...1).contains(recovery.backoffJitter)
      try require(isPossible, "source '\(nodes[source.node].name)': an impossible recovery")
    }
  }
}
