import Partitioning

/// What becomes of an attempt that fails.
extension Engine {
  /// An attempt has come to nothing: the device learns of it by its timeout where it has one, else at once.
  mutating func attemptFailed(_ slot: Int, _ reason: RequestRecord.Outcome) {
    if isRemains(slot) { return endRemains(slot) }
    let track = track(of: slot)
    track.pointee.reason = reason
    let request = requests[slot]
    request.pointee.phase = .stalled
    changeShare(of: request, to: .waiting)
    if recoveries[Int(track.pointee.source)].timeoutNanoseconds == nil { tryAgain(slot) }
  }

  /// The device waits no longer for an attempt, wherever it is.
  mutating func timeoutPassed(_ index: Int) {
    let track = tracks.tracks.base + index
    // It may have ended otherwise, and be final only with what is left of earlier attempts.
    if requests[Int(track.pointee.slot)].pointee.isDone { return }
    track.pointee.extras.timeouts += 1
    track.pointee.reason = .timedOut
    var slot = Int(track.pointee.slot)
    let request = requests[slot]
    if request.pointee.phase != .stalled {
      let step = steps[Int(request.pointee.step)]
      // What has not left the device yet is withdrawn; nobody tells the others.
      let isVisit = step.kind == .compute && (step.discipline == .line || step.discipline == .sharing)
      let isMessage = step.kind == .transfer && step.direction == .up && !request.pointee.phase.hasSent
      let isHere = step.isOwn && (isVisit || isMessage)
      slot = isHere ? withdraw(slot) : leaveRemains(slot)
      requests[slot].pointee.phase = .stalled
      changeShare(of: requests[slot], to: .waiting)
    }
    tryAgain(slot)
  }

  /// The next attempt, or else the fallback, or else the end.
  private mutating func tryAgain(_ slot: Int) {
    let index = tracks.bySlot[slot]
    let track = tracks.tracks.base + Int(index)
    let recovery = recoveries[Int(track.pointee.source)]
    track.pointee.ticket &+= 1
    track.pointee.deadline = .max
    if Int(track.pointee.retries) < recovery.retries {
      track.pointee.retries += 1
      let request = requests[slot]
      var random = plans[Int(track.pointee.source)].backoffStreams[
        request.pointee.sender, request.pointee.number, UInt32(track.pointee.retries)]
      let uniform = recovery.backoffJitter > 0 ? random.uniform() : 0
      let wait = recovery.backoff(before: Int(track.pointee.retries), uniform: uniform)
      track.pointee.extras.attempts += 1
      // An event even without a wait: others that come at this time go first, and retries never nest.
      schedule(Alarm(kind: .retry, index: index, ticket: track.pointee.ticket), at: now.addingClamped(wait))
      return
    }
    let fallback = steps[Int(track.pointee.checkpoint)].details
    if fallback >= 0 {
      track.pointee.fallsBack = true
      resume(slot, at: fallback)
      return
    }
    closeAttempt(slot)
    giveUp(slot, requests[slot], as: track.pointee.reason)
  }

  /// The request goes on with another step.
  mutating func resume(_ slot: Int, at step: Int32) {
    closeAttempt(slot)
    requests[slot].pointee.step = step
    if track(of: slot).pointee.fallsBack { track(of: slot).pointee.checkpoint = -1 }
    beginStep(slot)
  }

  /// Books a failed attempt and the wait after it: its time is no part of the next attempt's.
  private mutating func closeAttempt(_ slot: Int) {
    let request = requests[slot]
    changeShare(of: request, to: .none)
    let track = track(of: slot)
    let (after, before) = (request.pointee.record, track.pointee.before.record)
    track.pointee.extras.wasted += after.machineTime - before.machineTime
    track.pointee.extras.wastedBytes += after.bytesUp + after.bytesDown - before.bytesUp - before.bytesDown
    track.pointee.extras.wastedJoules += after.totalJoules - before.totalJoules
    track.pointee.extras.wastedJoules += track.pointee.extras.linkJoules - track.pointee.before.linkJoules
    track.pointee.extras.retry += now - track.pointee.departed
    request.pointee.record.restoreParts(of: before)
  }

  /// The request goes on in a slot of its own, and its attempt as nobody's.
  private mutating func leaveRemains(_ slot: Int) -> Int {
    changeShare(of: requests[slot], to: .none)
    let fresh = duplicate(slot)
    let old = requests[slot]
    old.pointee.record = old.pointee.record.emptied
    old.pointee.ledger = -1
    old.pointee.isMeasured = false
    let track = track(of: slot)
    track.pointee.slot = Int32(fresh)
    track.pointee.remains += 1
    return fresh
  }

  /// Copies a request, with the tail that it holds, to another slot.
  mutating func duplicate(_ slot: Int) -> Int {
    if requests.isFull { failure = requests.overflowError }
    let fresh = requests.allocate()
    let (old, new) = (requests[slot], requests[fresh])
    new.pointee = old.pointee
    new.pointee.next = -1
    tracks.name(fresh, Int(tracks.bySlot[slot]))
    if old.pointee.holdsTail {
      old.pointee.holdsTail = false
      let link = model.sources[Int(old.pointee.record.source)].links[0]
      radios[layout.radios[link] + Int(old.pointee.record.machine)].tailOwner = Int32(fresh)
    }
    return fresh
  }

  /// A message has not arrived.
  @inline(never)
  mutating func messageLost(_ slot: Int) {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    request.pointee.record.add(link: now - request.pointee.stepStart, step.pointee.direction)
    attemptFailed(slot, .lost)
  }

  /// Whether a request that finds no room is still to be answered, or is not one: then that has been seen to.
  @inline(never)
  mutating func failsAway(_ slot: Int) -> Bool {
    if isRemains(slot) {
      endRemains(slot)
      return true
    }
    let step = steps[Int(requests[slot].pointee.step)]
    let isDown = isDown(step, for: requests[slot])
    if track(of: slot).pointee.checkpoint >= 0 && !(isDown && step.kind == .compute && step.isOwn) {
      attemptFailed(slot, isDown ? .lost : .dropped)
      return true
    }
    guard isDown else { return false }
    giveUp(slot, requests[slot], as: .lost)
    return true
  }
}

extension Request.Phase {
  /// Whether the last bit of a message has gone.
  var hasSent: Bool { self == .propagating || self == .lost }
}

extension Int64 {
  /// The sum, or the largest number.
  func addingClamped(_ other: Int64) -> Int64 {
    let sum = addingReportingOverflow(other)
    return sum.overflow ? .max : sum.partialValue
  }
}
