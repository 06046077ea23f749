import Partitioning

/// Messages over links that are more than a constant rate.
extension Engine {
  /// What a step over such links needs to know; -1 where a rate and a propagation are all.
  mutating func transferDetails(
    _ path: [Int], _ direction: Direction, _ bytes: Int, isTraced: Bool, of source: Int
  ) -> Int32 {
    let indices = path.map { model.sources[source].links[$0] }
    let index = indices[path.firstIndex(of: 0) ?? 0]
    let link = model.links[index]
    let clock = direction == .up ? layout.upClocks[index] : layout.downClocks[index]
    let jitter = indices.reduce(0) { $0 + model.links[$1].jitterNanoseconds }
    let isBounded = link.bufferBytes != nil && link.discipline == .line
    let loss = indices.reduce(0.0) { sum, index in
      1 - (1 - sum) * (1 - (model.links[index].loss?.probability(bytes: bytes) ?? 0))
    }
    let joules = indices.reduce(0.0) { sum, index in
      sum + model.links[index].hop.energy.joules(bytes: Double(bytes), messages: 1, direction)
    }
    let isSimple = clock < 0 && jitter == 0 && !isBounded && link.hop.transport == .ideal && loss == 0 && joules == 0
    if isSimple && !link.losesInOutages && link.discipline != .flow && link.discipline != .medium { return -1 }
    let names = indices.map { model.links[$0].name }.joined(separator: "+")
    let way = direction == .up ? "up" : "down"
    var details = TransferDetails(
      jitterStreams: model.streams(of: source, for: "jitter \(way) on \(names)"),
      lossStreams: model.streams(of: source, for: "loss \(way) on \(names)"))
    details.clock = Int32(clock)
    details.clockStride = link.hasOwnClocks && model.instances(of: link) > 1 ? 1 : 0
    details.loss = loss
    details.joules = joules
    details.isTraced = isTraced
    details.jitter = jitter
    if isBounded, let bytes = link.bufferBytes { details.buffer = Int64(bytes) }
    let bytesPerNanosecond = link.hop.bitsPerSecond(direction) / 8e9
    details.workPerByte = isTraced ? Double(RateTrace.unitsPerByte) : 1 / bytesPerNanosecond
    details.wire =
      isTraced ? Int64(bytes) * RateTrace.unitsPerByte : link.hop.wireNanoseconds(bytes: bytes, direction)
    if case .tcp(let initialWindow, let segmentBytes) = link.hop.transport {
      // One at a time at a constant rate, the whole transfer is known beforehand.
      details.isPaced = isTraced || link.sharing == .fair || link.longestRestNanoseconds != nil
      if let rest = link.longestRestNanoseconds {
        details.connection = connection(of: source, over: index, direction)
        details.longestRest = rest
      }
      details.roundTrip = 2 * link.hop.propagationNanoseconds
      details.firstWindow = Double(initialWindow) * Double(segmentBytes)
      details.bandwidthDelay = bytesPerNanosecond * Double(details.roundTrip)
    }
    if link.discipline == .flow { addConstraints(&details, path, direction, of: source) }
    transfers.append(details)
    return Int32(transfers.count - 1)
  }

  private mutating func addConstraints(
    _ details: inout TransferDetails, _ path: [Int], _ direction: Direction, of source: Int
  ) {
    details.firstConstraint = Int32(flowPaths.count)
    details.constraints = Int32(path.count)
    var (latency, penalty) = (0.0, 0.0)
    var transport = Transport.ideal
    for hop in path {
      let index = model.sources[source].links[hop]
      let link = model.links[index]
      transport = link.hop.transport
      let (forward, reverse) =
        direction == .up
        ? (layout.upConstraints[index], layout.downConstraints[index])
        : (layout.downConstraints[index], layout.upConstraints[index])
      flowPaths.append(
        FlowHop(
          constraint: Int32(forward), stride: model.instances(of: link) > 1 ? 1 : 0,
          reverse: transport.isFlow ? Int32(reverse) : -1,
          group: Int32(model.nodes.count + 2 * index + (direction == .up ? 0 : 1)), tier: UInt8(hop)))
      latency += Double(link.hop.propagationNanoseconds) / 1e9
      penalty += transport.penaltyBytes / (link.hop.bitsPerSecond(direction) / 8)
    }
    details.goodput = transport.goodput
    details.bound = transport.bound(latencySeconds: latency) / 1e9
    // Without a latency all flows weigh the same.
    if transport.isFlow && latency + penalty > 0 { details.weight = latency + penalty }
  }

  /// A message begins: what of it is sent first.
  mutating func prepareTransfer(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    let details = transfers.base + Int(step.pointee.details)
    request.pointee.sentBytes = 0
    request.pointee.windowBytes = details.pointee.firstWindow
    if step.pointee.discipline == .medium {
      request.pointee.station = step.pointee.station
      request.pointee.work = airtime(request, step)
    } else if details.pointee.isPaced {
      request.pointee.work = windowWork(request, step, details)
    } else if details.pointee.isTraced {
      request.pointee.work = details.pointee.wire
    }
  }

  private func windowBytes(
    _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>,
    _ details: UnsafeMutablePointer<TransferDetails>
  ) -> Double {
    let rest = Double(step.pointee.bytes) - request.pointee.sentBytes
    return request.pointee.windowBytes < details.pointee.bandwidthDelay ? min(request.pointee.windowBytes, rest) : rest
  }

  func windowWork(
    _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>,
    _ details: UnsafeMutablePointer<TransferDetails>
  ) -> Int64 {
    Int64((windowBytes(request, step, details) * details.pointee.workPerByte).rounded())
  }

  /// A service begins on a link with a line: when it will end.
  mutating func serviceEnd(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) -> Int64 {
    let details = transfers.base + Int(step.pointee.details)
    if details.pointee.connection >= 0 && request.pointee.sentBytes == 0 { resumeConnection(request, step, details) }
    let clock = clock(of: request, step)
    guard clock >= 0 else {
      request.pointee.clockStart = now
      return now + request.pointee.work
    }
    request.pointee.clockStart = clockOfLine >= 0 ? clockOfLine : clocks[clock].reading(at: now)
    return max(now, clocks[clock].time(of: request.pointee.clockStart + request.pointee.work))
  }

  /// The clock of a message's link; -1 for the wall's.
  private func clock(of request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) -> Int {
    let details = transfers.base + Int(step.pointee.details)
    guard details.pointee.clockStride > 0 else { return Int(details.pointee.clock) }
    return Int(details.pointee.clock) + machine(on: step.pointee.tier, for: request)
  }

  /// Whether a message finds its link down, which then is seen to; else it takes up its connection.
  @inline(never)
  mutating func isRefused(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) -> Bool {
    if isDown(step.pointee, for: request) {
      request.pointee.record.add(link: now - request.pointee.stepStart, step.pointee.direction)
      attemptFailed(slot, .lost)
      return true
    }
    let details = transfers.base + Int(step.pointee.details)
    if details.pointee.connection >= 0 { resumeConnection(request, step, details) }
    return false
  }

  /// Whether a message that was sent does not arrive.
  @inline(never)
  func isLost(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) -> Bool {
    let details = transfers.base + Int(step.pointee.details)
    if details.pointee.connection >= 0 { keepConnection(request, step, details) }
    guard details.pointee.loss > 0 else { return false }
    let attempt = UInt32(truncatingIfNeeded: track(of: slot).pointee.extras.attempts)
    var random = details.pointee.lossStreams[
      request.pointee.sender, request.pointee.number, UInt32(step.pointee.visit) | attempt << 16]
    return random.uniform() < details.pointee.loss
  }

  /// A message was sent: its request takes the links' energy.
  @inline(never)
  func bookLinkEnergy(_ slot: Int, _ step: UnsafeMutablePointer<Step>) {
    if window.contains(now) { groups[Int(step.pointee.group)].started += 1 }
    let joules = step.pointee.details < 0 ? 0 : transfers[Int(step.pointee.details)].joules
    guard joules > 0 else { return }
    let track = track(of: slot)
    track.pointee.extras.linkJoules += joules
    if Int(track.pointee.slot) != slot {
      track.pointee.extras.wastedJoules += joules
      track.pointee.before.linkJoules += joules
    }
  }

  /// What the present service on a line has sent, in work at the link's full rate.
  func servedWork(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) -> Int64 {
    let clock = clock(of: request, step)
    let reading = clock < 0 ? now : clocks[clock].reading(at: now)
    return scaled(
      min(request.pointee.work, reading - request.pointee.clockStart), request,
      transfers.base + Int(step.pointee.details))
  }

  /// Whether a message may wait for its link; counts its bytes where they are limited.
  func fitsBuffer(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) -> Bool {
    guard step.pointee.details >= 0 else { return true }
    let station = queues.base + Int(request.pointee.station)
    let bytes = station.pointee.waitingBytes + step.pointee.bytes
    guard bytes <= transfers[Int(step.pointee.details)].buffer else { return false }
    station.pointee.waitingBytes = bytes
    return true
  }

  /// Whether a window of a message has been sent and more is to come, for which it waits if need be.
  mutating func endsWindow(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) -> Bool {
    let details = transfers.base + Int(step.pointee.details)
    guard step.pointee.kind == .transfer && details.pointee.isPaced else { return false }
    let bytes = windowBytes(request, step, details)
    guard request.pointee.sentBytes + bytes < Double(step.pointee.bytes) else { return false }
    if step.pointee.isOwn && step.pointee.ledger >= 0 {
      let link = Int(radios[Int(step.pointee.ledger + request.pointee.record.machine)].link)
      radioTotals[link].add(fullRate: fullRate(request, step, until: now), step.pointee.direction)
    }
    request.pointee.sentBytes += bytes
    request.pointee.windowBytes *= 2
    request.pointee.phase = .pacing
    queue.schedule(
      Event(.requestAdvanced, slot), at: max(now, request.pointee.serviceStart + details.pointee.roundTrip))
    return true
  }

  /// The acknowledgements are there: the next window goes.
  mutating func sendNextWindow(_ slot: Int) {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    request.pointee.work = windowWork(request, step, transfers.base + Int(step.pointee.details))
    request.pointee.counted = 0
    request.pointee.phase = .serving
    if step.pointee.discipline == .sharing {
      let index = Int(request.pointee.station)
      let station = sharings.base + index
      if station.pointee.clock >= 0 && station.pointee.dueTime == now { sharingDue(index) }
      groups[Int(step.pointee.group)].busy += Int128(advance(station))
      station.pointee.add(slot, work: request.pointee.work)
      request.pointee.serviceStart = now
      scheduleNextEnd(of: index)
    } else {
      groups[Int(step.pointee.group)].busy += Int128(window.overlap(request.pointee.serviceStart, now))
      request.pointee.serviceStart = now
      queue.schedule(Event(.requestAdvanced, slot), at: serviceEnd(request, step))
    }
  }

  /// What of the present service, or of all of it since `counted`, was sent inside the window, in work at full rate.
  func fullRate(
    _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>, until time: Int64
  ) -> Int64 {
    let details = transfers.base + Int(step.pointee.details)
    if step.pointee.discipline == .sharing {
      return window.contains(time) ? request.pointee.work - request.pointee.counted : 0
    }
    let clock = clock(of: request, step)
    func reading(_ time: Int64) -> Int64 { clock < 0 ? time : clocks[clock].reading(at: time) }
    let begin = max(request.pointee.clockStart, reading(window.start))
    let end = min(min(request.pointee.clockStart + request.pointee.work, reading(time)), reading(window.end))
    return scaled(max(0, end - begin), request, details)
  }

  /// Work that includes waiting for acknowledgements, without it.
  private func scaled(
    _ work: Int64, _ request: UnsafeMutablePointer<Request>, _ details: UnsafeMutablePointer<TransferDetails>
  ) -> Int64 {
    if details.pointee.isPaced || request.pointee.work == details.pointee.wire { return work }
    return Int64((Double(work) * Double(details.pointee.wire) / Double(request.pointee.work)).rounded())
  }

  /// How late a message is, beyond its propagation.
  func jitter(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) -> Int64 {
    let details = transfers.base + Int(step.pointee.details)
    guard details.pointee.jitter > 0 else { return 0 }
    var random = details.pointee.jitterStreams[
      request.pointee.sender, request.pointee.number, UInt32(step.pointee.visit)]
    return Int64((random.uniform() * Double(details.pointee.jitter)).rounded())
  }

  /// Lets a shared station's time pass; returns the busy server time that fell into the window.
  @inline(__always)
  func advance(_ station: UnsafeMutablePointer<SharingStation>) -> Int64 {
    if station.pointee.clock < 0 { return station.pointee.advance(to: now, window) }
    let busy = station.pointee.busyTime(until: now, window)
    station.pointee.advance(clock: clocks[Int(station.pointee.clock)].reading(at: now))
    return busy
  }

  /// Books a message that was not delivered at the end of the run.
  mutating func abandonTransfer(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) {
    let details = transfers.base + Int(step.pointee.details)
    let isLine = step.pointee.discipline == .line
    let isSending = request.pointee.phase == .serving
    if isLine && (isSending || request.pointee.phase == .pacing) {
      groups[Int(step.pointee.group)].busy += Int128(window.overlap(request.pointee.serviceStart, now))
    }
    // What was sent of the present service, and inside the window.
    var (served, inWindow): (Int64, Int64) = (0, 0)
    if isSending {
      switch step.pointee.discipline {
      case .sharing:
        sharings[Int(request.pointee.station)].forEachJob { job, left in
          if job == slot { served = request.pointee.work - left }
        }
      case .flow: (served, inWindow) = abandonFlow(request, details)
      case .medium: served = sentOverMedium(slot, request, step)
      default:
        served = servedWork(request, step)
        inWindow = fullRate(request, step, until: now)
      }
    }
    changeShare(of: request, to: .none)
    request.pointee.record.add(link: now - request.pointee.stepStart, step.pointee.direction)
    guard step.pointee.isOwn && step.pointee.ledger >= 0 else { return }
    let earlier = Int64((request.pointee.sentBytes * details.pointee.workPerByte).rounded())
    abandonRadio(request, step, served: earlier + served)
    let link = Int(radios[Int(step.pointee.ledger + request.pointee.record.machine)].link)
    radioTotals[link].add(fullRate: inWindow, step.pointee.direction)
  }
}
