import Partitioning

/// Requests whose attempts may fail: their beginning, their return and their end.
extension Engine {
  /// Whether anything can fail, or links take energy: then each request has a track.
  static func usesTracks(_ model: SystemModel) -> Bool {
    model.sources.contains { $0.recovery != nil } || model.nodes.contains { $0.fails }
      || model.links.contains { $0.loss != nil || $0.losesInOutages || $0.hop.energy != LinkEnergy() }
  }

  @inline(never)
  mutating func openTrack(_ slot: Int) {
    let record = requests[slot].pointee.record
    let track = Track(
      slot: Int32(slot), source: record.source, before: AttemptMark(), extras: RequestExtras(sequence: record.sequence))
    tracks.name(slot, tracks.open(track))
  }

  @inline(__always)
  func track(of slot: Int) -> UnsafeMutablePointer<Track> { tracks.tracks.base + Int(tracks.bySlot[slot]) }

  /// Whether a slot holds what is left of an attempt that was given up.
  func isRemains(_ slot: Int) -> Bool { usesTracks && Int(track(of: slot).pointee.slot) != slot }

  /// An attempt begins: the first message is about to leave the device.
  @inline(never)
  mutating func depart(_ slot: Int) {
    let request = requests[slot]
    let track = track(of: slot)
    track.pointee.checkpoint = request.pointee.step
    track.pointee.departed = now
    track.pointee.before = AttemptMark(record: request.pointee.record, linkJoules: track.pointee.extras.linkJoules)
    track.pointee.ticket &+= 1
    if let timeout = recoveries[Int(track.pointee.source)].timeoutNanoseconds {
      track.pointee.deadline = now.addingClamped(timeout)
      awaitDeadline(Int(tracks.bySlot[slot]))
    }
    request.pointee.step += 1
    beginStep(slot)
  }

  /// Control is back on the device: what it has now is safe.
  @inline(never)
  mutating func arrive(_ slot: Int) {
    if isRemains(slot) { return endRemains(slot) }
    let track = track(of: slot)
    track.pointee.ticket &+= 1
    track.pointee.deadline = .max
    track.pointee.checkpoint = -1
    requests[slot].pointee.step += 1
    beginStep(slot)
  }

  /// Sets an alarm unless one is due before: that one sets the next, so that there are no more of them than tracks.
  private mutating func awaitDeadline(_ index: Int) {
    let track = tracks.tracks.base + index
    guard track.pointee.deadline < track.pointee.alarmTime else { return }
    track.pointee.alarmTime = track.pointee.deadline
    schedule(Alarm(kind: .timeout, index: Int32(index)), at: track.pointee.deadline)
  }

  private mutating func timeoutRang(_ index: Int) {
    let track = tracks.tracks.base + index
    guard track.pointee.alarmTime == now else { return }
    track.pointee.alarmTime = .max
    if track.pointee.deadline == now {
      timeoutPassed(index)
    } else {
      awaitDeadline(index)
    }
  }

  mutating func schedule(_ alarm: Alarm, at time: Int64) {
    guard time < EventQueue.timeLimit else { return }
    let index = tracks.add(alarm)
    if index > Event.maximumIndex { failure = SimulationError("more than \(Event.maximumIndex) timeouts are pending") }
    queue.schedule(Event(.alarm, index & Event.maximumIndex), at: time)
  }

  @inline(never)
  mutating func alarmRang(_ index: Int) {
    let alarm = tracks.take(index)
    let place = Int(alarm.index)
    switch alarm.kind {
    case .timeout: timeoutRang(place)
    case .retry:
      let track = tracks.tracks.base + place
      let slot = Int(track.pointee.slot)
      guard track.pointee.ticket == alarm.ticket, slot >= 0, !requests[slot].pointee.isDone else { return }
      resume(slot, at: track.pointee.checkpoint)
    case .placeDown: placeFailed(place)
    case .placeUp: placeRepaired(place)
    }
  }

  /// A request is answered; `false` for what is left of an attempt, which nobody waits for.
  @inline(never)
  mutating func isAnswer(_ slot: Int) -> Bool {
    if isRemains(slot) {
      endRemains(slot)
      return false
    }
    let track = track(of: slot)
    track.pointee.ticket &+= 1
    track.pointee.deadline = .max
    if track.pointee.fallsBack { requests[slot].pointee.record.outcome = .fellBack }
    return true
  }

  /// What is left of an attempt has come to its end.
  mutating func endRemains(_ slot: Int) {
    requests[slot].pointee.isDone = true
    if !requests[slot].pointee.holdsTail { settle(slot) }
  }

  /// Hands over what only the track knows; `false` where the request is not final yet, or what is final is no request.
  @inline(never)
  mutating func closeTrack(_ slot: Int) -> Bool {
    let index = Int(tracks.bySlot[slot])
    let track = tracks.tracks.base + index
    let request = requests[slot]
    guard Int(track.pointee.slot) == slot else {
      let owner = Int(track.pointee.slot)
      let left = request.pointee.record
      requests[owner].pointee.record.addUse(of: left)
      // No part of what the attempt in progress has used.
      track.pointee.before.record.addUse(of: left)
      track.pointee.extras.wasted += left.machineTime
      track.pointee.extras.wastedBytes += left.bytesUp + left.bytesDown
      track.pointee.extras.wastedJoules += left.totalJoules
      track.pointee.remains -= 1
      requests.free(slot)
      let isFinal = requests[owner].pointee.isDone && !requests[owner].pointee.holdsTail
      if track.pointee.remains == 0 && isFinal { settle(owner) }
      return false
    }
    guard track.pointee.remains == 0 else { return false }
    if request.pointee.isMeasured {
      tracks.totals[Int(request.pointee.record.model)].add(track.pointee.extras, request.pointee.record.outcome)
      if isRecording { tracks.output.append(track.pointee.extras) }
    }
    tracks.close(index)
    return true
  }
}

extension RequestRecord {
  /// Computing, reading and writing time on all machines.
  var machineTime: Int64 { deviceCompute + edgeCompute + cloudCompute + serialize }

  /// Takes the parts of the time from another record.
  mutating func restoreParts(of other: RequestRecord) {
    deviceCompute = other.deviceCompute
    deviceQueue = other.deviceQueue
    serialize = other.serialize
    uplink = other.uplink
    edgeCompute = other.edgeCompute
    edgeQueue = other.edgeQueue
    cloudCompute = other.cloudCompute
    cloudQueue = other.cloudQueue
    downlink = other.downlink
  }

  /// The same request without time, bytes and joules.
  var emptied: RequestRecord {
    var record = RequestRecord()
    record.sequence = sequence
    record.source = source
    record.machine = machine
    record.model = model
    record.placement = placement
    record.arrival = arrival
    return record
  }
}
