import Partitioning

extension Engine {
  @inline(__always)
  private func radio(
    of request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) -> UnsafeMutablePointer<RadioLedger> {
    radios.base + Int(step.pointee.ledger + request.pointee.record.machine)
  }

  @inline(__always)
  private func totals(of radio: UnsafeMutablePointer<RadioLedger>) -> UnsafeMutablePointer<RadioTotals> {
    radioTotals.base + Int(radio.pointee.link)
  }

  /// Says whether the request's transfer may begin at once; else it begins when the radio is awake.
  mutating func wakeRadio(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) -> Bool {
    let radio = radio(of: request, step)
    radioChanges(radio)
    let totals = totals(of: radio)
    if !totals.pointee.isCellular || radio.pointee.isAtWork { return true }
    if !radio.pointee.isWaking {
      if radio.pointee.tailOwner >= 0 {
        let gap = now - radio.pointee.since
        endTail(of: radio, after: min(gap, totals.pointee.tailNanoseconds))
        if gap <= totals.pointee.tailNanoseconds { return true }
      }
      if totals.pointee.promotionNanoseconds == 0 { return true }
      radio.pointee.isWaking = true
      radio.pointee.since = now
      let time = totals.pointee.promotionNanoseconds
      request.pointee.record.radioOverheadJoules += totals.pointee.promotionWatts * Double(time) / 1e9
      queue.schedule(Event(.promotionEnded, radio - radios.base), at: now + time)
    }
    request.pointee.phase = .promoting
    request.pointee.next = -1
    if radio.pointee.line.first < 0 {
      radio.pointee.line.first = Int32(slot)
    } else {
      requests[Int(radio.pointee.line.last)].pointee.next = Int32(slot)
    }
    radio.pointee.line.last = Int32(slot)
    changeShare(of: request, to: .promoting)
    return false
  }

  /// A radio is awake; what waited for it is sent.
  mutating func promotionEnded(_ index: Int) {
    let radio = radios.base + index
    radioChanges(radio)
    totals(of: radio).pointee.add(waking: radio.pointee.since, now, window)
    radio.pointee.isWaking = false
    var slot = Int(radio.pointee.line.first)
    radio.pointee.line = WaitingLine()
    while slot >= 0 {
      let request = requests[slot]
      let next = Int(request.pointee.next)
      send(slot, request, steps.base + Int(request.pointee.step))
      slot = next
    }
  }

  /// A transfer waits in line for the link.
  mutating func radioQueues(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    let radio = radio(of: request, step)
    radioChanges(radio)
    radio.pointee.advance(to: now, window, &totals(of: radio).pointee)
    request.pointee.radioMark = radio.pointee.beginQueueing()
  }

  /// A transfer is being sent or received.
  mutating func radioSends(
    _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>, wasQueued: Bool
  ) {
    let radio = radio(of: request, step)
    radioChanges(radio)
    let totals = totals(of: radio)
    radio.pointee.advance(to: now, window, &totals.pointee)
    if wasQueued { bookQueueing(request, radio) }
    request.pointee.radioMark = radio.pointee.beginSending(step.pointee.direction)
  }

  /// A transfer has been sent or received.
  mutating func radioSent(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>, fullRate: Int64
  ) {
    bookSending(
      request, step,
      fullRate: step.pointee.details < 0 ? request.pointee.work : transfers[Int(step.pointee.details)].wire)
    radioRests(slot, request, step, fullRate: fullRate)
  }

  /// A transfer is over: what of it was sent in the window is counted, and the tail begins where there is no other.
  mutating func radioRests(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>, fullRate: Int64
  ) {
    let radio = radio(of: request, step)
    let totals = totals(of: radio)
    totals.pointee.add(fullRate: fullRate, step.pointee.direction)
    if totals.pointee.isCellular && !radio.pointee.isAtWork && !isDead(radio) {
      radio.pointee.since = now
      radio.pointee.tailOwner = Int32(slot)
      request.pointee.holdsTail = true
    }
  }

  /// Books what a transfer has used of the radio until now; `fullRate` is the time it had the link to itself, as it were.
  mutating func bookSending(
    _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>, fullRate: Int64
  ) {
    let radio = radio(of: request, step)
    radioChanges(radio)
    let totals = totals(of: radio)
    radio.pointee.advance(to: now, window, &totals.pointee)
    let direction = step.pointee.direction
    let time = radio.pointee.endSending(direction) - request.pointee.radioMark
    let rateJoules = step.pointee.watts * Double(fullRate)
    if radio.pointee.machine >= 0 { chargeRate(radio, joules: rateJoules, direction) }
    let joules = totals.pointee.baseWatts(direction) * time / 1e9 + rateJoules
    if direction == .up {
      request.pointee.record.transmitJoules += joules
    } else {
      request.pointee.record.receiveJoules += joules
    }
  }

  func bookQueueing(_ request: UnsafeMutablePointer<Request>, _ radio: UnsafeMutablePointer<RadioLedger>) {
    let time = radio.pointee.endQueueing() - request.pointee.radioMark
    request.pointee.record.radioOverheadJoules += totals(of: radio).pointee.tailWatts * time / 1e9
  }

  /// A radio's tail ends by its time, by the next transfer or with the run; its owner pays.
  mutating func endTail(of radio: UnsafeMutablePointer<RadioLedger>, after time: Int64) {
    let slot = Int(radio.pointee.tailOwner)
    let totals = totals(of: radio)
    radio.pointee.tailOwner = -1
    totals.pointee.add(tail: radio.pointee.since, radio.pointee.since + time, window)
    let owner = requests[slot]
    owner.pointee.record.radioOverheadJoules += totals.pointee.tailWatts * Double(time) / 1e9
    owner.pointee.holdsTail = false
    if owner.pointee.isDone { settle(slot) }
  }

  /// Books an unfinished transfer at the end of the run.
  mutating func abandonRadio(
    _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>, served: Int64
  ) {
    if request.pointee.phase == .serving || request.pointee.phase == .pacing {
      bookSending(request, step, fullRate: served)
    } else if request.pointee.phase == .queued {
      let radio = radio(of: request, step)
      radio.pointee.advance(to: now, window, &totals(of: radio).pointee)
      bookQueueing(request, radio)
    }
  }
}
