import Partitioning

extension SystemModel {
  /// Throws `SimulationError` where the model contradicts itself, so that nothing later can.
  func validate() throws(SimulationError) {
    try require(warmupNanoseconds >= 0 && warmupNanoseconds < durationNanoseconds, "the warm-up does not end in time")
    try require(durationNanoseconds < EventQueue.timeLimit / 2, "the duration is beyond two years")
    try require(replication >= 0, "a negative replication")
    for node in nodes { try validate(node) }
    for link in links { try validate(link) }
    for source in sources { try validate(source) }
    let machines = nodes.reduce(0) { $0 + $1.count }
    let stations = machines + links.reduce(0) { $0 + 2 * instances(of: $1) }
    let senders = sources.reduce(0) { sum, source in
      let machines = nodes[source.node].count
      guard case .closed(let clients, _, _) = source.arrivals else { return sum + machines }
      return sum + machines.multipliedReportingOverflow(by: max(1, clients)).partialValue
    }
    try require(max(stations, senders) <= Event.maximumIndex, "more than \(Event.maximumIndex) machines or clients")
    try validateRadios()
    try validateFailures()
  }

  private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(SimulationError) {
    if !condition { throw SimulationError(message()) }
  }

  private func validate(_ node: NodeModel) throws(SimulationError) {
    let isCounted = (1...Event.maximumIndex).contains(node.count) && (1...(1 << 20)).contains(node.servers)
    try require(isCounted, "node '\(node.name)': impossible count or servers")
    try require(node.queueLimit ?? 0 >= 0, "node '\(node.name)': a negative queue limit")
    if case .batch(let maximum, let timeout) = node.scheduler {
      let isPossible = (1...Scheduler.batchLimit).contains(maximum) && (0..<SharingStation.workLimit).contains(timeout)
      try require(isPossible, "node '\(node.name)': impossible batches")
    }
    let hasPower = node.idleWatts.isFinite && node.busyWatts.isFinite && node.idleWatts >= 0 && node.busyWatts >= 0
    try require(hasPower, "node '\(node.name)': impossible power")
    try require(node.traits.arePossible, "node '\(node.name)': impossible memory, clocks, heat or power")
    let cv: Double
    switch node.variation {
    case .none, .exponential: cv = 1
    case .lognormal(let given), .gamma(let given): cv = given
    }
    try require(cv >= 0 && cv.isFinite, "node '\(node.name)': impossible coefficient of variation")
  }

  private func validate(_ link: LinkModel) throws(SimulationError) {
    try require(
      nodes.indices.contains(link.from) && nodes.indices.contains(link.to), "link '\(link.name)' joins unknown nodes")
    for rate in [link.hop.uplinkBitsPerSecond, link.hop.downlinkBitsPerSecond] {
      try require(rate > 0 && rate.isFinite, "link '\(link.name)': impossible rate")
    }
    try require(link.bufferBytes ?? 0 >= 0, "link '\(link.name)': a negative buffer")
    let isFinite = (0..<SharingStation.workLimit).contains(link.hop.propagationNanoseconds)
    try require(isFinite, "link '\(link.name)': impossible propagation")
  }

  private func validate(_ source: SourceModel) throws(SimulationError) {
    try require(nodes.indices.contains(source.node) && models.indices.contains(source.model), "an unknown source")
    let name = nodes[source.node].name
    let fits =
      source.path.first == source.node && source.path.count == source.problem.tiers.count && source.path.count <= 255
      && source.links.count == source.path.count - 1
    try require(fits, "source '\(name)': path and problem differ")
    for (hop, index) in source.links.enumerated() {
      try require(links.indices.contains(index), "source '\(name)': unknown link")
      let link = links[index]
      let joins = link.from == source.path[hop] && link.to == source.path[hop + 1]
      try require(joins, "source '\(name)': link '\(link.name)' is not on the path")
    }
    for tier in source.problem.tiers {
      let isTimed = tier.computeNanoseconds.allSatisfy { (0..<SharingStation.workLimit).contains($0) }
      try require(
        isTimed && tier.computeNanoseconds.count == source.problem.network.layers.count,
        "source '\(name)': impossible compute time on '\(tier.name)'")
    }
    try require(
      (1...1_000_000).contains(source.requestsPerArrival), "source '\(name)': impossible requests per arrival")
    try validate(source.arrivals, name)
  }

  private func validate(_ arrivals: Arrivals, _ name: String) throws(SimulationError) {
    let isPossible: Bool
    switch arrivals {
    case .poisson(let rate): isPossible = rate >= 0 && rate <= 1e9
    case .periodic(let rate, let phase, let jitter):
      isPossible = rate >= 0 && rate <= 1e9 && phase >= 0 && phase.isFinite && (0...1).contains(jitter)
    case .trace(let times):
      isPossible = (times.first ?? 0) >= 0 && zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }
    case .closed(let clients, let think, _):
      isPossible = (1...Event.maximumIndex).contains(clients) && think >= 0 && think.isFinite
    case .diurnal(let mean, let amplitude, let period, let phase):
      isPossible =
        mean >= 0 && mean <= 1e9 && (0...1).contains(amplitude) && period >= 1e-6 && period.isFinite && phase.isFinite
    case .mmpp(let rates, let holdings):
      isPossible =
        !rates.isEmpty && rates.count == holdings.count && rates.allSatisfy { $0 >= 0 && $0 <= 1e9 }
        && holdings.allSatisfy { $0 >= 1e-9 && $0.isFinite }
    }
    try require(isPossible, "source '\(name)': impossible arrivals")
  }

  /// A machine has one radio on a link, whatever it sends over it.
  private func validateRadios() throws(SimulationError) {
    var first = [RadioPower?](repeating: nil, count: links.count)
    for source in sources {
      guard let link = source.links.first else { continue }
      let agrees = first[link] == nil || first[link] == source.problem.radio
      try require(agrees, "link '\(links[link].name)': its sources disagree on the radio")
      first[link] = source.problem.radio
    }
  }
}
