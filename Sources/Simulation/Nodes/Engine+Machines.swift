import Partitioning

/// Requests at machines whose speed, power or memory changes.
extension Engine {
  /// Lets a machine's time pass, with everything that changes it by itself.
  mutating func advanceMachine(_ index: Int, to time: Int64) {
    while let next = machines[index].nextTransition, next.time <= time {
      settleMachine(index, to: next.time)
      machines[index].apply(next.kind, window)
    }
    settleMachine(index, to: time)
  }

  private mutating func settleMachine(_ index: Int, to time: Int64) {
    let busy = machines[index].settle(to: time, window)
    if busy > 0 { groups[Int(machines[index].node)].busy += Int128(busy) }
  }

  /// Schedules a machine's next event.
  ///
  /// Without work and after the window what changes by itself can wait until it matters, so that a run can end.
  mutating func scheduleMachine(_ index: Int) {
    let hasWork = machines[index].present > 0
    var due = machines[index].nextEnd ?? .max
    if machines[index].loading.count > 0 { due = min(due, Int64(machines[index].loading.top >> 64)) }
    if let next = machines[index].nextTransition, hasWork || next.time < window.end { due = min(due, next.time) }
    if machines[index].isDead && hasWork { due = now }
    guard due != machines[index].dueTime else { return }
    machines[index].dueTime = due
    if due < .max { queue.schedule(Event(.machineDue, index), at: due) }
  }

  /// A machine has jobs that are done, or changes by itself.
  mutating func machineDue(_ index: Int) {
    guard machines[index].dueTime == now else { return }
    machines[index].dueTime = .max
    advanceMachine(index, to: now)
    if machines[index].readsRadio { readRadio(of: index) }
    if machines[index].isDead {
      killAll(at: index)
      return
    }
    while let slot = machines[index].removeLoaded(at: now) { machineLoaded(slot, at: index) }
    var finished: [Int] = []
    while let slot = machines[index].removeFinished() { finished.append(slot) }
    let batcher = Int(machines[index].batcher)
    if batcher < 0 {
      for slot in finished { machineServed(slot, at: index) }
      startJobs(at: index)
      scheduleMachine(index)
      for slot in finished { leaveStation(slot) }
    } else {
      for leader in finished { batchServed(leader) }
      startBatches(at: batcher)
      scheduleMachine(index)
    }
  }

  /// A request comes to a machine.
  mutating func joinMachine(_ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    let index = Int(request.pointee.station)
    offer(request.pointee.work, to: step)
    advanceMachine(index, to: now)
    if machines[index].isDead {
      endDepleted(slot)
      return
    }
    guard hasRoom(at: index, for: request) else {
      turnAway(slot, request)
      return
    }
    machines[index].come(window)
    note(MachineVisit(), for: slot)
    request.pointee.phase = .queued
    machines[index].enqueue(slot, urgency: machineUrgency(of: request))
    changeShare(of: request, to: step.pointee.isOwn && machines[index].power == .on ? .none : .waiting)
    startJobs(at: index)
    scheduleMachine(index)
  }

  private func hasRoom(at index: Int, for request: UnsafeMutablePointer<Request>) -> Bool {
    let waiting = machines[index].line.count
    if machines[index].isSharing {
      return waiting + machines[index].jobs.count + machines[index].loading.count - Int(machines[index].servers)
        < Int(machines[index].limit)
    }
    let startsAtOnce =
      waiting == 0 && machines[index].power == .on && machines[index].served < Int(machines[index].servers)
      && admits(request, at: index)
    return startsAtOnce || waiting < Int(machines[index].limit)
  }

  private func machineUrgency(of request: UnsafeMutablePointer<Request>) -> UInt64 {
    switch model.nodes[Int(steps[Int(request.pointee.step)].group)].scheduler {
    case .priority, .edf: urgency(of: request)
    default: 0
    }
  }

  private func admits(_ request: UnsafeMutablePointer<Request>, at index: Int) -> Bool {
    let details = Int(steps[Int(request.pointee.step)].details)
    return details < 0 || machines[index].weights.admits(visitPlans[details])
  }

  /// Begins service while there are servers, memory and requests.
  private mutating func startJobs(at index: Int) {
    while machines[index].power == .on, machines[index].line.count > 0,
      machines[index].isSharing || machines[index].served < Int(machines[index].servers)
    {
      let slot = Int(UInt32(truncatingIfNeeded: machines[index].line.top))
      guard admits(requests[slot], at: index) else { return }
      machines[index].line.removeTop()
      startJob(slot, at: index)
    }
  }

  private mutating func startJob(_ slot: Int, at index: Int) {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    request.pointee.record.add(compute: 0, queue: now - request.pointee.stepStart, step)
    if window.contains(now) && !step.pointee.isSerializing { groups[Int(step.pointee.group)].started += 1 }
    beginJob(slot, at: index, plan: step.pointee.details, requests: 1)
  }

  /// A job gets a server, once its weights are there; what its requests waited before is noted.
  mutating func beginJob(_ slot: Int, at index: Int, plan: Int32, requests size: Int32) {
    let request = requests[slot]
    request.pointee.phase = .serving
    request.pointee.serviceStart = now
    visits[slot].servingMark = machines[index].ledger.servingEnergy
    visits[slot].plan = plan
    visits[slot].isComputing = false
    var ready = now
    if plan >= 0 {
      let evictions = machines[index].weights.evictions
      let finding = machines[index].weights.use(visitPlans[Int(plan)], requests: Int64(size), now: now)
      if finding.isFirst, let first = machines[index].traits.firstInference {
        request.pointee.work = limited(first.work(request.pointee.work))
      }
      if finding.isCold { request.pointee.record.coldStarts &+= 1 }
      if window.contains(now) {
        machines[index].totals.coldStarts += finding.isCold ? 1 : 0
        machines[index].totals.evictions += machines[index].weights.evictions - evictions
      }
      ready = finding.ready
    }
    if ready > now {
      machines[index].load(slot, until: ready)
    } else {
      beginWork(slot, at: index)
    }
  }

  private mutating func limited(_ work: Double) -> Int64 {
    guard work < Double(SharingStation.workLimit) else {
      failure = SimulationError("a first inference of \(work / 1e9) s is too long to simulate")
      return SharingStation.workLimit - 1
    }
    return Int64(work.rounded())
  }

  /// The weights of a job are there.
  private mutating func machineLoaded(_ slot: Int, at index: Int) {
    var member = slot
    while member >= 0 {
      let request = requests[member]
      request.pointee.record.add(
        compute: 0, queue: now - request.pointee.serviceStart, steps.base + Int(request.pointee.step))
      request.pointee.serviceStart = now
      member = machines[index].batcher >= 0 ? Int(request.pointee.next) : -1
    }
    beginWork(slot, at: index)
  }

  private mutating func beginWork(_ slot: Int, at index: Int) {
    let request = requests[slot]
    if machines[index].isSharing { visits[slot].servingMark = machines[index].ledger.servingEnergy }
    machines[index].begin(slot, work: request.pointee.work)
    visits[slot].occupancyMark = machines[index].occupancy
    visits[slot].isComputing = true
    machines[index].sequence &+= 1
    guard machines[index].batcher < 0 else { return }
    changeShare(of: request, to: steps[Int(request.pointee.step)].isOwn ? .computing : .waiting)
  }

  /// A job is done: it pays, and leaves its server and its memory.
  private mutating func machineServed(_ slot: Int, at index: Int) {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    bookVisit(slot, at: index)
    changeShare(of: request, to: step.pointee.isOwn ? .none : .waiting)
    release(slot, at: index, requests: 1)
    machines[index].leave()
  }

  /// Books what a job in service has had until now: time and joules.
  mutating func bookVisit(_ slot: Int, at index: Int) {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    let elapsed = now - request.pointee.serviceStart
    if visits[slot].isComputing {
      var computed = elapsed
      if machines[index].isSharing {
        let had = machines[index].occupancy - visits[slot].occupancyMark
        computed = min(elapsed, Int64(had.rounded()))
      }
      request.pointee.record.add(compute: computed, queue: elapsed - computed, step)
    } else {
      request.pointee.record.add(compute: 0, queue: elapsed, step)
      if machines[index].isSharing { return }
    }
    bookService((machines[index].ledger.servingEnergy - visits[slot].servingMark).joules, request, step)
  }

  func bookService(
    _ joules: Double, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) {
    if step.pointee.isOwn {
      request.pointee.record.deviceComputeJoules += joules
    } else {
      request.pointee.record.serverJoules += joules
    }
  }

  /// A job's tensors leave the memory, and its weights may.
  mutating func release(_ slot: Int, at index: Int, requests size: Int64) {
    let plan = visits[slot].plan
    guard plan >= 0 else { return }
    machines[index].weights.release(visitPlans[Int(plan)], requests: size)
    visits[slot].plan = -1
  }

  /// Makes room for what a request remembers.
  mutating func note(_ visit: MachineVisit, for slot: Int) {
    while visits.count <= slot { visits.append(MachineVisit()) }
    let mark = visits[slot].shareMark
    visits[slot] = visit
    visits[slot].shareMark = mark
  }
}
