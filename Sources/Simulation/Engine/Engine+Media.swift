import Partitioning

/// Messages that contend for the air of a medium.
extension Engine {
  /// Makes the medium of a link, whose directions share it; returns its index.
  mutating func addMedium(of link: LinkModel, group: Int, clock: Int) -> Int {
    for _ in 0..<model.nodes[link.from].count { mediumClients.append(0) }
    let cell = link.medium?.cell
    if let cell, let known = layout.cells[cell] {
      mediumGroups[known] += [group, group + 1]
      return known
    }
    media.append(AirtimeStation(clock: clock, isThroughputFair: link.medium?.fairness != .airtime))
    mediumGroups.append([group, group + 1])
    if let cell { layout.cells[cell] = media.count - 1 }
    return media.count - 1
  }

  private func link(of step: UnsafeMutablePointer<Step>) -> Int { (Int(step.pointee.group) - model.nodes.count) / 2 }

  /// The rate of a message's station, in bits per second.
  private func stationRate(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) -> Double {
    let link = model.links[link(of: step)]
    let rates = link.medium?.stationBitsPerSecond ?? []
    guard !rates.isEmpty else { return link.hop.bitsPerSecond(step.pointee.direction) }
    return rates[machine(on: step.pointee.tier, for: request) % rates.count]
  }

  /// The air that a message takes alone, in nanoseconds.
  @inline(never)
  func airtime(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) -> Int64 {
    .nanoseconds(Double(step.pointee.bytes) * 8e9 / stationRate(request, step))
  }

  private func isThroughputFair(_ step: UnsafeMutablePointer<Step>) -> Bool {
    model.links[link(of: step)].medium?.fairness != .airtime
  }

  private func weight(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) -> UInt64 {
    AirtimeStation.weight(isThroughputFair(step) ? 8e9 / stationRate(request, step) : 1)
  }

  private func units(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) -> UInt64 {
    media[Int(step.pointee.station)].units(isThroughputFair(step) ? step.pointee.bytes : request.pointee.work)
  }

  /// A message begins to contend.
  @inline(never)
  mutating func joinMedium(_ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    let index = Int(step.pointee.station)
    if media[index].dueTime == now { mediumDue(index) }
    settleMedium(index)
    beginSharing(request, step)
    request.pointee.phase = .serving
    request.pointee.serviceStart = now
    let weight = weight(request, step)
    media[index].add(slot, units: units(request, step), weight: weight)
    groups[Int(step.pointee.group)].airWeight += UInt128(weight)
    countClient(of: index, request, step, by: 1)
    scheduleMedium(index)
  }

  /// The first messages of a medium may be done.
  @inline(never)
  mutating func mediumDue(_ index: Int) {
    guard media[index].dueTime == now else { return }
    media[index].dueTime = .max
    settleMedium(index)
    var done: [Int] = []
    while let slot = media[index].removeFinished() {
      let request = requests[slot]
      let step = steps.base + Int(request.pointee.step)
      release(index, request, step)
      let wire = transfers[Int(step.pointee.details)].wire
      sent(slot, request, step, fullRate: window.contains(now) ? wire - request.pointee.counted : 0)
      done.append(slot)
    }
    for slot in done { leaveStation(slot) }
    scheduleMedium(index)
  }

  /// Takes a message out; returns what it has sent, in work at the link's rate.
  mutating func removeFromMedium(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) -> Int64 {
    let index = Int(step.pointee.station)
    settleMedium(index)
    let left = media[index].remove(slot)
    release(index, request, step)
    scheduleMedium(index)
    return sentOverMedium(request, step, left: left)
  }

  /// The window begins or ends, or the run does: what radios have sent until then is noted.
  mutating func mediaPassWindow(isEnd: Bool) {
    for index in 0..<media.count {
      settleMedium(index)
      media[index].forEachJob { slot, left in
        let request = requests[slot]
        let step = steps.base + Int(request.pointee.step)
        guard step.pointee.isOwn && step.pointee.ledger >= 0 else { return }
        let sent = sentOverMedium(request, step, left: left)
        if isEnd {
          let link = Int(radios[Int(step.pointee.ledger + request.pointee.record.machine)].link)
          radioTotals[link].add(fullRate: sent - request.pointee.counted, step.pointee.direction)
        }
        request.pointee.counted = sent
      }
    }
  }

  /// What a message on a medium has sent, in work at the link's rate; time must have been advanced to now.
  func sentOverMedium(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) -> Int64 {
    var sent: Int64 = 0
    media[Int(step.pointee.station)].forEachJob { job, left in
      if job == slot { sent = sentOverMedium(request, step, left: left) }
    }
    return sent
  }

  private func sentOverMedium(
    _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>, left: UInt64
  ) -> Int64 {
    let all = units(request, step)
    let wire = Double(transfers[Int(step.pointee.details)].wire)
    return all > 0 ? Int64((wire * (1 - Double(left) / Double(all))).rounded()) : Int64(wire)
  }

  mutating func settleMedium(_ index: Int) {
    let station = media.base + index
    let clock = Int(station.pointee.clock)
    let air = station.pointee.advance(to: now, reading: clock < 0 ? now : clocks[clock].reading(at: now), window)
    guard air > 0 else { return }
    for group in mediumGroups[index] { groups[group].airtime += air * Double(groups[group].airWeight) }
  }

  private mutating func release(
    _ index: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) {
    let weight = weight(request, step)
    media[index].release(weight: weight)
    groups[Int(step.pointee.group)].airWeight -= UInt128(weight)
    countClient(of: index, request, step, by: -1)
  }

  private mutating func countClient(
    of index: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>, by change: Int32
  ) {
    let client = layout.mediumClients[link(of: step)] + machine(on: step.pointee.tier, for: request)
    let before = mediumClients[client]
    mediumClients[client] = before + change
    if before == 0 || before + change == 0 { media[index].clients += change }
    let medium = model.links[link(of: step)].medium
    if let medium, !medium.totals.isEmpty {
      media[index].set(factor: medium.factor(clients: Int(media[index].clients)))
    }
  }

  private mutating func scheduleMedium(_ index: Int) {
    let station = media.base + index
    guard station.pointee.jobs > 0 else {
      station.pointee.dueTime = .max
      return
    }
    let clock = Int(station.pointee.clock)
    let left = station.pointee.timeLeft
    let end =
      clock < 0 ? now.addingClamped(left) : max(now, clocks[clock].time(of: clocks[clock].reading(at: now) + left))
    // Who leaves may make it earlier, who comes later: events at other times are stale.
    guard end != station.pointee.dueTime else { return }
    station.pointee.dueTime = end
    queue.schedule(Event(.mediumDue, index), at: end)
  }
}
