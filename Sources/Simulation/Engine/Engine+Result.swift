extension Engine {
  /// The totals of the window, once everything is settled.
  func result() -> ReplicationResult {
    var result = ReplicationResult()
    result.placements = placements
    result.models = model.models.indices.map { modelTotals($0) }
    result.nodes = model.nodes.indices.map { nodeTotals($0) }
    result.links = model.links.indices.map { linkTotals($0) }
    result.loads = loads.map { $0.totals(windowStart: window.start) }
    result.events = events
    result.latencyHalfWidth = batchMeans.halfWidth
    result.endNanoseconds = now
    result.wasInterrupted = isInterrupted
    result.stuck = stuck
    result.notes = watching.notes
    return result
  }

  private func modelTotals(_ network: Int) -> ModelTotals {
    let sums = totals[network]
    var result = ModelTotals()
    result.requests = sums.requests
    result.completed = sums.completed
    result.dropped = sums.dropped
    result.unfinished = sums.unfinished
    result.depleted = sums.depleted
    result.deadlineMissed = sums.deadlineMissed
    result.completionsInWindow = sums.completionsInWindow
    result.sums = sums.sums
    result.latencyMeanNanoseconds = sums.completed > 0 ? Double(sums.sums.completion) / Double(sums.completed) : 0
    result.latencyQuantiles = sketches[network]
    result.extras = tracks.totals[network]
    if sums.judged > 0 { result.accuracy = sums.accuracy / Double(sums.judged) }
    if model.judgesRegret { result.regretNanoseconds = sums.regret }
    return result
  }

  private func nodeTotals(_ index: Int) -> NodeTotals {
    let node = model.nodes[index]
    let busy = Double(groups[index].busy)
    let capacity = Double(window.length) * Double(node.servers) * Double(node.count)
    let idleWatts = node.idleWatts / Double(node.servers) / 1e9
    var result = NodeTotals()
    result.utilization = capacity > 0 ? busy / capacity : 0
    result.offeredLoad = capacity > 0 ? Double(groups[index].offered) / capacity : 0
    result.requests = groups[index].started
    result.availability = availability(first: layout.nodePlaces[index], count: node.count)
    result.computeJoules = node.busyWatts / Double(node.servers) / 1e9 * busy
    result.idleJoules = idleWatts * (capacity - busy)
    result.unbookedJoules = layout.nodeLedgers[index] >= 0 ? idleWatts * Double(unpaid[index]) : result.idleJoules
    let dead = layout.nodeMachines[index] < 0 ? 0 : addMachines(of: index, to: &result)
    for (link, first) in layout.radios.enumerated() where first >= 0 && model.links[link].from == index {
      let radio = radioTotals[link]
      let asleep = max(0, Double(window.length) * Double(node.count) - Double(radio.awake) - dead)
      let idleJoules = radio.idleWatts / 1e9 * asleep
      result.radioJoules += radio.activeJoules
      result.idleJoules += idleJoules
      result.unbookedJoules += idleJoules
    }
    return result
  }

  /// The energy and figures of machines that keep their own ledgers; returns how long they were dead, in nanoseconds.
  private func addMachines(of index: Int, to result: inout NodeTotals) -> Double {
    let first = layout.nodeMachines[index]
    let all = machines[first..<first + model.nodes[index].count]
    let traits = model.nodes[index].traits
    result.computeJoules = all.reduce(Int128(0)) { $0 + $1.ledger.busyEnergy }.joules
    result.idleJoules = all.reduce(Int128(0)) { $0 + $1.ledger.idleEnergy }.joules
    result.unbookedJoules = all.reduce(Int128(0)) { $0 + $1.ledger.unpaidEnergy }.joules
    var figures = MachineFigures()
    if traits.memory != nil {
      figures.coldStarts = all.reduce(0) { $0 + $1.totals.coldStarts }
      figures.evictions = all.reduce(0) { $0 + $1.totals.evictions }
    }
    if traits.thermal != nil {
      figures.peakCelsius = all.map(\.totals.peakCelsius).max()
      figures.throttledSeconds = all.reduce(0) { $0 + Double($1.totals.throttled) } / 1e9
    }
    if traits.powerStates != nil {
      figures.boots = all.reduce(0) { $0 + $1.totals.boots }
      figures.offSeconds = all.reduce(0) { $0 + Double($1.totals.off) } / 1e9
    }
    if let battery = traits.battery {
      let left = all.reduce(Int128(0)) { $0 + ($1.charge?.left ?? 0) }.joules
      figures.batteryLeftJoules = left
      figures.batteryUsedJoules = battery.joules * Double(all.count) - left
      figures.batteriesEmpty = all.count(where: \.isDead)
      figures.firstEmptySeconds = all.compactMap(\.diedAt).min().map { Double($0) / 1e9 }
    }
    result.machines = figures
    return all.reduce(0) { $0 + Double($1.totals.dead) }
  }

  private func linkTotals(_ index: Int) -> LinkTotals {
    let (up, down) = (model.nodes.count + 2 * index, model.nodes.count + 2 * index + 1)
    let capacity = Double(window.length) * Double(model.instances(of: model.links[index]))
    var result = LinkTotals()
    result.bytesUp = groups[up].bytes
    result.bytesDown = groups[down].bytes
    result.utilizationUp = capacity > 0 ? (Double(groups[up].busy) + groups[up].airtime) / capacity : 0
    result.utilizationDown = capacity > 0 ? (Double(groups[down].busy) + groups[down].airtime) / capacity : 0
    result.offeredLoadUp = capacity > 0 ? Double(groups[up].offered) / capacity : 0
    result.offeredLoadDown = capacity > 0 ? Double(groups[down].offered) / capacity : 0
    let energy = model.links[index].hop.energy
    result.joules =
      energy.joules(bytes: Double(result.bytesUp), messages: Double(groups[up].started), .up)
      + energy.joules(bytes: Double(result.bytesDown), messages: Double(groups[down].started), .down)
    result.availability = availability(of: index)
    return result
  }
}
