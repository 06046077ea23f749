import Partitioning

/// Requests that leave the station they are at before they are done.
extension Engine {
  /// Takes a request out of where it waits or is served, and books what it had; returns the slot it is in from now on.
  ///
  /// An event that was to come finds the old slot dead.
  mutating func withdraw(_ slot: Int) -> Int {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    var hasEvent = false
    switch step.pointee.kind {
    case .compute: hasEvent = withdrawVisit(slot, request, step)
    case .transfer: hasEvent = withdrawMessage(slot, request, step)
    case .end, .depart, .arrive, .gate: break
    }
    changeShare(of: request, to: .none)
    request.pointee.phase = .stalled
    guard hasEvent else { return slot }
    let wasRemains = isRemains(slot)
    let fresh = duplicate(slot)
    requests[slot].pointee.phase = .dead
    requests[slot].pointee.isDone = true
    if !wasRemains { track(of: slot).pointee.slot = Int32(fresh) }
    return fresh
  }

  /// Returns whether an event is to come.
  private mutating func withdrawVisit(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) -> Bool {
    let index = Int(request.pointee.station)
    let isServing = request.pointee.phase == .serving
    var (served, busy): (Int64, Int32) = (0, 0)
    var hasEvent = false
    switch step.pointee.discipline {
    case .line where isServing:
      served = now - request.pointee.serviceStart
      groups[Int(step.pointee.group)].busy += Int128(window.overlap(request.pointee.serviceStart, now))
      bookCompute(Double(served), request, step)
      busy = -1
      hasEvent = true
    case .line: removeFromLine(slot, queues.base + index)
    case .sharing:
      let station = sharings.base + index
      groups[Int(step.pointee.group)].busy += Int128(advance(station))
      bookCompute(station.pointee.occupancy - request.pointee.occupancyMark, request, step)
      let before = station.pointee.busyServers
      served = request.pointee.work - station.pointee.remove(slot)
      busy = station.pointee.busyServers - before
      scheduleNextEnd(of: index)
    case .batch where isServing:
      served = now - request.pointee.serviceStart
      bookCompute(Double(served) / Double(request.pointee.batch), request, step)
      if request.pointee.leadsBatch {
        groups[Int(step.pointee.group)].busy += Int128(window.overlap(request.pointee.serviceStart, now))
        batchers[index].busy -= 1
        if batchers[index].ledger >= 0 {
          changeBusy(of: Int(batchers[index].ledger), node: step.pointee.group, by: -1)
        }
        hasEvent = true
      }
      request.pointee.batch = 1
      request.pointee.leadsBatch = true
    case .batch: removeFromBatchLine(slot, request, step)
    // Nobody withdraws from machines with traits: scenarios in which that could happen are refused.
    case .flow, .medium, .machine: break
    }
    if isServing { request.pointee.record.add(compute: served, queue: 0, step) }
    if step.pointee.isOwn {
      changeShare(of: request, to: .none, busy: busy)
    } else if busy != 0 && step.pointee.ledger >= 0 {
      changeBusy(of: ledger(of: step, for: request), node: step.pointee.group, by: busy)
    }
    if step.pointee.discipline == .line && isServing { serveNext(on: queues.base + index) }
    return hasEvent
  }

  /// Returns whether an event is to come.
  private mutating func withdrawMessage(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) -> Bool {
    let phase = request.pointee.phase
    request.pointee.record.add(link: now - request.pointee.stepStart, step.pointee.direction)
    if phase == .promoting {
      removeFromRadioLine(slot, request, step)
      return false
    }
    if phase.hasSent { return true }
    // What was sent of the present service at the link's full rate, and what of it in the window.
    var (served, inWindow): (Int64, Int64) = (0, 0)
    let hasDetails = step.pointee.details >= 0
    switch step.pointee.discipline {
    case .sharing where phase == .serving:
      let station = sharings.base + Int(request.pointee.station)
      groups[Int(step.pointee.group)].busy += Int128(advance(station))
      served = request.pointee.work - station.pointee.remove(slot)
      scheduleNextEnd(of: Int(request.pointee.station))
      inWindow = window.contains(now) ? served - request.pointee.counted : 0
    case .flow:
      served = removeFlow(request, step)
      inWindow = window.contains(now) ? served - request.pointee.counted : 0
    case .medium:
      served = removeFromMedium(slot, request, step)
      inWindow = window.contains(now) ? served - request.pointee.counted : 0
    case .line where phase == .serving:
      served = hasDetails ? servedWork(request, step) : now - request.pointee.serviceStart
      inWindow = hasDetails ? fullRate(request, step, until: now) : window.overlap(request.pointee.serviceStart, now)
    default: break
    }
    let isInLine = step.pointee.discipline == .line
    if isInLine && phase != .queued {
      groups[Int(step.pointee.group)].busy += Int128(window.overlap(request.pointee.serviceStart, now))
    }
    if isInLine && phase == .queued {
      let station = queues.base + Int(request.pointee.station)
      removeFromLine(slot, station)
      if hasDetails { station.pointee.waitingBytes -= step.pointee.bytes }
    }
    if step.pointee.isOwn && step.pointee.ledger >= 0 {
      let earlier =
        hasDetails
        ? Int64((request.pointee.sentBytes * transfers[Int(step.pointee.details)].workPerByte).rounded()) : 0
      abandonRadio(request, step, served: earlier + served)
      radioRests(slot, request, step, fullRate: inWindow)
    }
    if isInLine && phase != .queued { serveNext(on: queues.base + Int(request.pointee.station)) }
    return isInLine && phase == .serving || phase == .pacing
  }

  /// Takes a request out of a line.
  private mutating func removeFromLine(_ slot: Int, _ station: UnsafeMutablePointer<QueueStation>) {
    station.pointee.waiting -= 1
    if station.pointee.heap >= 0 {
      heaps[Int(station.pointee.heap)].remove { Int(UInt32(truncatingIfNeeded: $0)) == slot }
      return
    }
    unlink(slot, &station.pointee.first, &station.pointee.last)
  }

  private mutating func removeFromBatchLine(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) {
    let plan = batchPlans[Int(step.pointee.details)]
    let line = batchLines.base + (Int(plan.line) + Int(request.pointee.station) - Int(step.pointee.station))
    line.pointee.count -= 1
    batchers[Int(request.pointee.station)].waiting -= 1
    unlink(slot, &line.pointee.first, &line.pointee.last)
  }

  private mutating func removeFromRadioLine(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) {
    let radio = radios.base + Int(step.pointee.ledger + request.pointee.record.machine)
    unlink(slot, &radio.pointee.line.first, &radio.pointee.line.last)
  }

  /// Takes a request out of a list that runs through `next`.
  private func unlink(_ slot: Int, _ first: inout Int32, _ last: inout Int32) {
    var (previous, current) = (Int32(-1), first)
    while current >= 0 && Int(current) != slot {
      previous = current
      current = requests[Int(current)].pointee.next
    }
    guard current >= 0 else { return }
    let next = requests[slot].pointee.next
    if previous < 0 { first = next } else { requests[Int(previous)].pointee.next = next }
    if last == current { last = previous }
    requests[slot].pointee.next = -1
  }
}

extension KeyHeap {
  /// Removes the keys for which a condition holds, in O(n log n).
  mutating func remove(where isRemoved: (UInt128) -> Bool) {
    var kept: [UInt128] = []
    forEach { key in if !isRemoved(key) { kept.append(key) } }
    while !isEmpty { removeTop() }
    for key in kept { push(key) }
  }
}
