import Partitioning

extension Engine {
  /// Takes a server of the request's station if one is free.
  @inline(__always)
  func takeServer(_ request: UnsafeMutablePointer<Request>) -> Bool {
    let station = queues.base + Int(request.pointee.station)
    guard station.pointee.busy < station.pointee.servers else { return false }
    station.pointee.busy += 1
    return true
  }

  /// Puts the request in line; `false` where there is no room.
  @inline(__always)
  func joinLine(_ slot: Int, _ request: UnsafeMutablePointer<Request>) -> Bool {
    let station = queues.base + Int(request.pointee.station)
    guard station.pointee.waiting < station.pointee.limit else { return false }
    station.pointee.waiting += 1
    request.pointee.phase = .queued
    if station.pointee.heap >= 0 {
      let key = UInt128(urgency(of: request)) << 64 | UInt128(UInt64(station.pointee.sequence) << 32 | UInt64(slot))
      heaps[Int(station.pointee.heap)].push(key)
      station.pointee.sequence &+= 1
      return true
    }
    request.pointee.next = -1
    if station.pointee.first < 0 {
      station.pointee.first = Int32(slot)
    } else {
      requests[Int(station.pointee.last)].pointee.next = Int32(slot)
    }
    station.pointee.last = Int32(slot)
    return true
  }

  /// Takes the next request out of a line; -1 where nobody waits.
  @inline(__always)
  func nextInLine(of station: UnsafeMutablePointer<QueueStation>) -> Int {
    guard station.pointee.waiting > 0 else { return -1 }
    station.pointee.waiting -= 1
    if station.pointee.heap >= 0 {
      let heap = heaps.base + Int(station.pointee.heap)
      let slot = Int(UInt32(truncatingIfNeeded: heap.pointee.top))
      heap.pointee.removeTop()
      return slot
    }
    let slot = Int(station.pointee.first)
    station.pointee.first = requests[slot].pointee.next
    return slot
  }

  /// What orders a line that is not served in the order of arrival: least first.
  func urgency(of request: UnsafeMutablePointer<Request>) -> UInt64 {
    let plan = plans.base + Int(request.pointee.record.source)
    let step = steps.base + Int(request.pointee.step)
    if model.nodes[Int(step.pointee.group)].scheduler == .priority {
      // Descending, over all of `Int64`.
      return ~UInt64(bitPattern: plan.pointee.priority ^ Int64.min)
    }
    let due = request.pointee.record.arrival.addingReportingOverflow(plan.pointee.deadline)
    return UInt64(bitPattern: due.overflow ? .max : due.partialValue)
  }

  /// Service begins on a server of a first-come first-served station.
  @inline(__always)
  mutating func serve(_ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    if step.pointee.kind == .compute {
      request.pointee.record.add(compute: 0, queue: now - request.pointee.stepStart, step)
      if window.contains(now) && !step.pointee.isSerializing { groups[Int(step.pointee.group)].started += 1 }
      if step.pointee.isOwn {
        changeShare(of: request, to: .computing, busy: 1)
      } else {
        changeShare(of: request, to: .waiting)
        if step.pointee.ledger >= 0 { changeBusy(of: ledger(of: step, for: request), node: step.pointee.group, by: 1) }
      }
    } else if step.pointee.isOwn {
      if step.pointee.ledger >= 0 { radioSends(request, step, wasQueued: request.pointee.phase == .queued) }
      changeShare(of: request, to: .transferring)
    } else {
      changeShare(of: request, to: .waiting)
    }
    request.pointee.phase = .serving
    request.pointee.serviceStart = now
    let end =
      step.pointee.kind == .transfer && step.pointee.details >= 0
      ? serviceEnd(request, step) : now + request.pointee.work
    queue.schedule(Event(.requestAdvanced, slot), at: end)
  }

  /// Service ends on a first-come first-served station; the next in line begins.
  mutating func queueServed(_ slot: Int) {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    let isDetailed = step.pointee.kind == .transfer && step.pointee.details >= 0
    if isDetailed && endsWindow(slot, request, step) { return }
    let start = request.pointee.serviceStart
    let counted = window.overlap(start, now)
    groups[Int(step.pointee.group)].busy += Int128(counted)
    if step.pointee.kind == .compute {
      request.pointee.record.add(compute: request.pointee.work, queue: 0, step)
      bookCompute(Double(request.pointee.work), request, step)
      if step.pointee.isOwn {
        changeShare(of: request, to: .none, busy: -1)
      } else if step.pointee.ledger >= 0 {
        changeBusy(of: ledger(of: step, for: request), node: step.pointee.group, by: -1)
      }
    } else {
      sent(slot, request, step, fullRate: isDetailed ? fullRate(request, step, until: now) : counted)
    }
    let station = queues.base + Int(request.pointee.station)
    let next = nextInLine(of: station)
    if next >= 0 {
      if isDetailed {
        clockOfLine = request.pointee.clockStart + request.pointee.work
        station.pointee.waitingBytes -= steps[Int(requests[next].pointee.step)].bytes
      }
      let request = requests[next]
      serve(next, request, steps.base + Int(request.pointee.step))
      clockOfLine = -1
    } else {
      station.pointee.busy -= 1
    }
    leaveStation(slot)
  }

  /// A server is free before its service was over; the next in line begins, unless the station is down.
  mutating func serveNext(on station: UnsafeMutablePointer<QueueStation>) {
    station.pointee.busy -= 1
    guard station.pointee.busy < station.pointee.servers else { return }
    let next = nextInLine(of: station)
    guard next >= 0 else { return }
    station.pointee.busy += 1
    let request = requests[next]
    let step = steps.base + Int(request.pointee.step)
    if step.pointee.kind == .transfer && step.pointee.details >= 0 {
      station.pointee.waitingBytes -= step.pointee.bytes
    }
    serve(next, request, step)
  }

  /// A job joins a shared station.
  mutating func joinSharing(_ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    let index = Int(request.pointee.station)
    let station = sharings.base + index
    if station.pointee.clock >= 0 && station.pointee.dueTime == now { sharingDue(index) }
    groups[Int(step.pointee.group)].busy += Int128(advance(station))
    let busyBefore = station.pointee.busyServers
    station.pointee.add(slot, work: request.pointee.work)
    request.pointee.occupancyMark = station.pointee.occupancy
    if step.pointee.kind == .compute {
      if window.contains(now) && !step.pointee.isSerializing { groups[Int(step.pointee.group)].started += 1 }
      let added = station.pointee.busyServers - busyBefore
      if step.pointee.isOwn {
        changeShare(of: request, to: .computing, busy: added)
      } else {
        changeShare(of: request, to: .waiting)
        if station.pointee.ledger >= 0 {
          changeBusy(of: Int(station.pointee.ledger), node: step.pointee.group, by: added)
        }
      }
    } else {
      beginSharing(request, step)
    }
    request.pointee.phase = .serving
    request.pointee.serviceStart = now
    scheduleNextEnd(of: index)
  }

  /// A message begins to move beside others: its device's radio sends, or it waits on somebody else's machine.
  mutating func beginSharing(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    guard step.pointee.isOwn else { return changeShare(of: request, to: .waiting) }
    if step.pointee.ledger >= 0 { radioSends(request, step, wasQueued: false) }
    changeShare(of: request, to: .transferring)
  }

  /// The first jobs of a shared station may be done.
  mutating func sharingDue(_ index: Int) {
    let station = sharings.base + index
    guard station.pointee.dueTime == now else { return }
    station.pointee.dueTime = .max
    groups[Int(station.pointee.group)].busy += Int128(advance(station))
    var first: Int32 = -1
    var last: Int32 = -1
    var busy = station.pointee.busyServers
    while true {
      while let slot = station.pointee.removeFinished() {
        let request = requests[slot]
        let step = steps.base + Int(request.pointee.step)
        let removed = busy - station.pointee.busyServers
        busy -= removed
        if step.pointee.details >= 0 && endsWindow(slot, request, step) { continue }
        sharingServed(slot, request, step, station, busy: -removed)
        request.pointee.next = -1
        if first < 0 { first = Int32(slot) } else { requests[Int(last)].pointee.next = Int32(slot) }
        last = Int32(slot)
      }
      // What a packet has left over after the end of one message goes to the others.
      guard station.pointee.clock >= 0 else { break }
      let before = station.pointee.lastUpdate
      station.pointee.advance(clock: clocks[Int(station.pointee.clock)].reading(at: now))
      if station.pointee.lastUpdate == before { break }
    }
    while first >= 0 {
      let slot = Int(first)
      first = requests[slot].pointee.next
      leaveStation(slot)
    }
    scheduleNextEnd(of: index)
  }

  private mutating func sharingServed(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>,
    _ station: UnsafeMutablePointer<SharingStation>, busy: Int32
  ) {
    if step.pointee.kind == .compute {
      let stay = now - request.pointee.stepStart
      request.pointee.record.add(
        compute: request.pointee.work, queue: stay - request.pointee.work, step)
      bookCompute(station.pointee.occupancy - request.pointee.occupancyMark, request, step)
      if step.pointee.isOwn {
        changeShare(of: request, to: .none, busy: busy)
      } else if station.pointee.ledger >= 0 {
        changeBusy(of: Int(station.pointee.ledger), node: step.pointee.group, by: busy)
      }
    } else {
      let isCounted = window.contains(now)
      sent(slot, request, step, fullRate: isCounted ? request.pointee.work - request.pointee.counted : 0)
    }
  }

  mutating func scheduleNextEnd(of index: Int) {
    let station = sharings.base + index
    guard station.pointee.jobs > 0 else { return }
    let end =
      station.pointee.clock < 0
      ? station.pointee.nextEnd(now: now)
      : max(now, clocks[Int(station.pointee.clock)].time(of: station.pointee.nextEnd(now: station.pointee.lastUpdate)))
    guard end < station.pointee.dueTime else { return }
    station.pointee.dueTime = end
    queue.schedule(Event(.sharingDue, index), at: end)
  }

  /// The last bit of a message is sent.
  mutating func sent(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>, fullRate: Int64
  ) {
    if window.contains(now) { groups[Int(step.pointee.group)].bytes += step.pointee.bytes }
    if usesTracks { bookLinkEnergy(slot, step) }
    guard step.pointee.isOwn else { return }
    if step.pointee.direction == .up {
      request.pointee.record.bytesUp += step.pointee.bytes
    } else {
      request.pointee.record.bytesDown += step.pointee.bytes
    }
    changeShare(of: request, to: .waiting)
    if step.pointee.ledger >= 0 { radioSent(slot, request, step, fullRate: fullRate) }
  }
}
