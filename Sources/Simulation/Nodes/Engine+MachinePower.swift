import Partitioning

/// What machines whose power changes cost, and what becomes of requests when a battery is empty.
extension Engine {
  /// A request's claim on the idle power of its device changes.
  mutating func moveMachineShare(of request: UnsafeMutablePointer<Request>, at index: Int, to share: Request.Share) {
    let old = request.pointee.share
    guard old != share else { return }
    let slot = request - requests[0]
    while visits.count <= slot { visits.append(MachineVisit()) }
    advanceMachine(index, to: now)
    if old != .none {
      let energy = machines[index].ledger.leave(old) - visits[slot].shareMark
      book(energy.joules, of: old, request)
    }
    request.pointee.share = share
    visits[slot].shareMark = machines[index].ledger.join(share)
  }

  /// The machine on which a request began, among `machines`; -1 where nothing changes it.
  func ownMachine(of request: UnsafeMutablePointer<Request>) -> Int {
    let first = layout.nodeMachines[plans[Int(request.pointee.record.source)].node]
    return first < 0 ? -1 : first + Int(request.pointee.record.machine)
  }

  /// A request goes on only while its device lives.
  mutating func passGate(_ slot: Int) {
    let request = requests[slot]
    let index = ownMachine(of: request)
    if index >= 0 {
      advanceMachine(index, to: now)
      if machines[index].isDead {
        endDepleted(slot)
        return
      }
    }
    request.pointee.step += 1
    beginStep(slot)
  }

  /// A request ends because a battery is empty.
  mutating func endDepleted(_ slot: Int) {
    let request = requests[slot]
    let own = ownMachine(of: request)
    if isRemains(slot) { return endRemains(slot) }
    if usesTracks && track(of: slot).pointee.checkpoint >= 0 && !(own >= 0 && machines[own].isDead) {
      // Another machine's battery: the device may try again.
      return attemptFailed(slot, .depleted)
    }
    changeShare(of: request, to: .none)
    request.pointee.record.outcome = .depleted
    request.pointee.record.completion = now
    request.pointee.isDone = true
    let source = Int(request.pointee.record.source)
    if arrivalPlans[source].kind == .closed {
      // A client whose device is dead asks no more, nor one that would ask at once and for ever.
      let goesOn = arrivalPlans[source].mean > 0 || now > request.pointee.record.arrival
      if goesOn && !(own >= 0 && machines[own].isDead) { think(source, request) }
    }
    if !request.pointee.holdsTail { settle(slot) }
  }

  /// A machine is dead: everything at it ends.
  mutating func killAll(at index: Int) {
    var slots: [Int] = []
    var served: [Int] = []
    func slot(_ key: UInt128) -> Int { Int(UInt32(truncatingIfNeeded: key)) }
    machines[index].line.forEach { slots.append(slot($0)) }
    machines[index].loading.forEach { served.append(slot($0)) }
    machines[index].jobs.forEach { served.append(slot($0)) }
    machines[index].line.deallocate()
    machines[index].loading.deallocate()
    machines[index].jobs.deallocate()
    machines[index].ledger.serving = 0
    let batcher = Int(machines[index].batcher)
    if batcher >= 0 { slots += waitingForBatches(at: batcher) }
    for slot in slots {
      let request = requests[slot]
      request.pointee.record.add(
        compute: 0, queue: now - request.pointee.stepStart, steps.base + Int(request.pointee.step))
    }
    for leader in served {
      if batcher >= 0 {
        slots += bookBatch(leader, at: index)
        batchers[batcher].busy -= 1
      } else {
        bookVisit(leader, at: index)
        slots.append(leader)
      }
    }
    machines[index].present = 0
    for slot in slots.sorted(by: { requests[$0].pointee.record.sequence < requests[$1].pointee.record.sequence }) {
      endDepleted(slot)
    }
    endTails(of: index)
  }

  /// Books what is at a machine at the end of the run.
  mutating func abandonVisit(_ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>)
  {
    let node = Int(step.pointee.group)
    let index = layout.nodeMachines[node] + machine(on: step.pointee.tier, for: request)
    guard request.pointee.phase == .serving else {
      request.pointee.record.add(compute: 0, queue: now - request.pointee.stepStart, step)
      changeShare(of: request, to: .none)
      return
    }
    if machines[index].batcher >= 0 {
      if request.pointee.leadsBatch { _ = bookBatch(slot, at: index) }
    } else {
      bookVisit(slot, at: index)
    }
    changeShare(of: request, to: .none)
  }

  /// Books what a batch has had until now; returns its requests.
  mutating func bookBatch(_ leader: Int, at index: Int) -> [Int] {
    var members: [Int] = []
    let joules = (machines[index].ledger.servingEnergy - visits[leader].servingMark).joules
    let isComputing = visits[leader].isComputing
    var slot = leader
    while slot >= 0 {
      let request = requests[slot]
      let step = steps.base + Int(request.pointee.step)
      let elapsed = now - request.pointee.serviceStart
      request.pointee.record.add(compute: isComputing ? elapsed : 0, queue: isComputing ? 0 : elapsed, step)
      bookService(joules / Double(request.pointee.batch), request, step)
      members.append(slot)
      slot = Int(request.pointee.next)
    }
    return members
  }

  // MARK: - Radios on batteries

  /// A radio is about to change: until now its machine's battery has paid for what it did.
  mutating func radioChanges(_ radio: UnsafeMutablePointer<RadioLedger>) {
    let index = Int(radio.pointee.machine)
    guard index >= 0 else { return }
    advanceMachine(index, to: now)
    // Once it has changed, the battery looks at it again.
    machines[index].dueTime = now
    machines[index].readsRadio = true
    queue.schedule(Event(.machineDue, index), at: now)
  }

  /// What a machine's radios take from its battery from now on.
  mutating func readRadio(of index: Int) {
    machines[index].readsRadio = false
    guard machines[index].charge != nil else { return }
    let (node, place) = (Int(machines[index].node), Int(machines[index].place))
    var (sum, idle) = (RadioDraw(), 0.0)
    for (link, first) in layout.radios.enumerated() where first >= 0 && model.links[link].from == node {
      let totals = radioTotals.base + link
      let draw = radios[first + place].draw(totals.pointee, now: now)
      idle += totals.pointee.idleWatts
      sum.watts += draw.watts
      sum.upRateWatts += draw.upRateWatts
      sum.downRateWatts += draw.downRateWatts
      sum.tailEnd = min(sum.tailEnd, draw.tailEnd)
    }
    machines[index].charge?.radioPower = .power(watts: sum.watts + sum.upRateWatts + sum.downRateWatts)
    machines[index].charge?.idleRadioPower = .power(watts: idle)
    machines[index].charge?.ratePower = (.power(watts: sum.upRateWatts), .power(watts: sum.downRateWatts))
    machines[index].tailEnd = sum.tailEnd
  }

  /// The rate-dependent joules of a message that has been sent.
  mutating func chargeRate(
    _ radio: UnsafeMutablePointer<RadioLedger>, joules: Double, _ direction: Direction
  ) {
    let index = Int(radio.pointee.machine)
    guard index >= 0, !machines[index].isDead else { return }
    machines[index].charge?.sent(
      joules: joules, isUp: direction == .up, isLast: !radio.pointee.isSending(direction))
  }

  /// The radios of a dead machine linger no more.
  private mutating func endTails(of index: Int) {
    for (link, first) in layout.radios.enumerated()
    where first >= 0 && model.links[link].from == Int(machines[index].node) {
      let radio = radios.base + (first + Int(machines[index].place))
      guard radio.pointee.tailOwner >= 0 else { continue }
      endTail(of: radio, after: min(now - radio.pointee.since, radioTotals[link].tailNanoseconds))
    }
  }

  func isDead(_ radio: UnsafeMutablePointer<RadioLedger>) -> Bool {
    radio.pointee.machine >= 0 && machines[Int(radio.pointee.machine)].isDead
  }
}
