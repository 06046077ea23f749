import Partitioning

extension Engine {
  /// The measured window begins or ends: what shared links have served until then is noted.
  mutating func windowPassed(isEnd: Bool) {
    flowsPassWindow(isEnd: isEnd)
    mediaPassWindow(isEnd: isEnd)
    for index in machines.indices { advanceMachine(index, to: now) }
    for index in 0..<sharings.count {
      let station = sharings.base + index
      guard Int(station.pointee.group) >= model.nodes.count, station.pointee.jobs > 0 else { continue }
      groups[Int(station.pointee.group)].busy += Int128(advance(station))
      station.pointee.forEachJob { slot, left in
        let request = requests[slot]
        let step = steps.base + Int(request.pointee.step)
        guard step.pointee.isOwn && step.pointee.ledger >= 0 else { return }
        let served = request.pointee.work - left
        if isEnd {
          let link = Int(radios[Int(step.pointee.ledger + request.pointee.record.machine)].link)
          radioTotals[link].add(fullRate: served - request.pointee.counted, step.pointee.direction)
        }
        request.pointee.counted = served
      }
    }
  }

  /// Ends the run: books what is in flight, and adds everything up.
  mutating func finish() throws -> ReplicationResult {
    if isInterrupted {
      window.end = min(window.end, max(now, window.start))
    } else {
      now = max(now, model.durationNanoseconds)
    }
    if !model.drains || isInterrupted { if now <= window.end { windowPassed(isEnd: true) } }
    settleStations()
    if model.drains && !isInterrupted { noteStuck() }
    var inFlight: [Int] = []
    for slot in 0..<requests.slots where !requests[slot].pointee.isDone {
      abandon(slot)
      inFlight.append(slot)
    }
    for index in 0..<radios.count { settleRadio(radios.base + index) }
    // What is left of attempts belongs to requests that are not final before.
    for slot in inFlight where isRemains(slot) { settle(slot) }
    for slot in inFlight where !isRemains(slot) { settle(slot) }
    if let failure { throw failure }
    return result()
  }

  private mutating func settleStations() {
    for index in 0..<sharings.count {
      let station = sharings.base + index
      groups[Int(station.pointee.group)].busy += Int128(advance(station))
    }
    settleFlows()
    for index in 0..<media.count { settleMedium(index) }
    for index in 0..<places.count { noteDowntime(of: index) }
    for index in machines.indices { advanceMachine(index, to: now) }
    for (node, first) in layout.nodeLedgers.enumerated() where first >= 0 {
      for machine in 0..<model.nodes[node].count {
        unpaid[node] += Int128(ledgers[first + machine].advance(to: now, window))
      }
    }
  }

  private mutating func settleRadio(_ radio: UnsafeMutablePointer<RadioLedger>) {
    let totals = radioTotals.base + Int(radio.pointee.link)
    radio.pointee.advance(to: now, window, &totals.pointee)
    if radio.pointee.isWaking { totals.pointee.add(waking: radio.pointee.since, now, window) }
    if radio.pointee.tailOwner >= 0 { endTail(of: radio, after: totals.pointee.tailNanoseconds) }
  }

  /// Books a request that did not end: its parts and joules until now.
  private mutating func abandon(_ slot: Int) {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    let elapsed = now - request.pointee.stepStart
    request.pointee.record.outcome = .unfinished
    request.pointee.record.completion = now
    let latency = now - request.pointee.record.arrival
    request.pointee.record.missedDeadline = latency > plans[Int(request.pointee.record.source)].deadline
    if request.pointee.phase == .stalled { return changeShare(of: request, to: .none) }
    if request.pointee.phase == .held {
      changeShare(of: request, to: .none)
      request.pointee.record.deviceQueue += elapsed
      return
    }
    let isServing = request.pointee.phase == .serving
    var served: Int64 = 0
    let isSharing = step.pointee.discipline == .sharing
    if step.pointee.kind == .transfer && step.pointee.details >= 0 {
      abandonTransfer(slot, request, step)
      return
    }
    if step.pointee.kind == .compute && layout.nodeMachines[Int(step.pointee.group)] >= 0 {
      abandonVisit(slot, request, step)
      return
    }
    if isServing && isSharing {
      sharings[Int(request.pointee.station)].forEachJob { job, left in
        if job == slot { served = request.pointee.work - left }
      }
    } else if isServing {
      served = now - request.pointee.serviceStart
      if request.pointee.leadsBatch {
        groups[Int(step.pointee.group)].busy += Int128(window.overlap(request.pointee.serviceStart, now))
      }
    }
    changeShare(of: request, to: .none)
    guard step.pointee.kind == .compute else {
      request.pointee.record.add(link: elapsed, step.pointee.direction)
      if step.pointee.isOwn && step.pointee.ledger >= 0 { abandonRadio(request, step, served: served) }
      if isServing && !isSharing && step.pointee.isOwn && step.pointee.ledger >= 0 {
        let link = Int(radios[Int(step.pointee.ledger + request.pointee.record.machine)].link)
        let counted = window.overlap(request.pointee.serviceStart, now)
        radioTotals[link].add(fullRate: counted, step.pointee.direction)
      }
      return
    }
    guard isServing else {
      request.pointee.record.add(compute: 0, queue: elapsed, step)
      return
    }
    if isSharing {
      request.pointee.record.add(compute: served, queue: elapsed - served, step)
      let occupancy = sharings[Int(request.pointee.station)].occupancy
      bookCompute(occupancy - request.pointee.occupancyMark, request, step)
    } else {
      request.pointee.record.add(compute: served, queue: 0, step)
      bookCompute(Double(served) / Double(request.pointee.batch), request, step)
    }
  }
}
