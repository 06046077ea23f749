import Partitioning

/// What a request must have in common with another to share a batch: the machine's node, the network and the layers.
struct BatchKind: Hashable {
  let node: Int
  let model: Int
  let layers: [Int]
  /// Sources may see one network with different times, such as another size of its input.
  let times: [Int64]
}

/// Where the lines of one kind of work at a node's machines begin, and its batch times.
struct BatchPlan {
  let line: Int32
  let times: Int32
  /// What a batch needs in memory, an index into `visitPlans`; -1 where nobody looks.
  var visit: Int32 = -1
}

extension Engine {
  /// The lines and times of a kind of work, made where it is new.
  ///
  /// Without layers it reads or writes messages, one after another.
  mutating func batchPlan(
    of layers: [Int], in problem: PlacementProblem, nanoseconds: Int64, tier: Int, source: Int, maximum: Int
  ) -> Int32 {
    let node = model.sources[source].path[tier]
    let problem = problem.tiers[tier]
    let times = (1...maximum).map { items in
      if layers.isEmpty { return Int64.nanoseconds(Double(items) * Double(nanoseconds)) }
      return layers.reduce(Int64(0)) { sum, layer in
        let time =
          problem.batchCosts?[layer].nanoseconds(items: items)
          ?? .nanoseconds(Double(items) * Double(problem.computeNanoseconds[layer]))
        return sum.addingReportingOverflow(time).overflow ? .max : sum + time
      }
    }
    let kind = BatchKind(node: node, model: model.sources[source].model, layers: layers, times: times)
    if let known = batchKinds[kind] { return known }
    let plan = BatchPlan(line: Int32(batchLines.count), times: Int32(batchTimes.count))
    for machine in 0..<model.nodes[node].count {
      let station = batchers.base + (layout.nodeStations[node] + machine)
      batchLines.append(BatchLine(next: station.pointee.firstLine))
      station.pointee.firstLine = Int32(batchLines.count - 1)
    }
    for time in times { batchTimes.append(time) }
    batchPlans.append(plan)
    batchKinds[kind] = Int32(batchPlans.count - 1)
    return Int32(batchPlans.count - 1)
  }

  /// A request waits for a batch.
  mutating func joinBatch(_ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    let index = Int(request.pointee.station)
    let station = batchers.base + index
    let machine = Int(station.pointee.machine)
    if machine >= 0 {
      advanceMachine(machine, to: now)
      if machines[machine].isDead {
        endDepleted(slot)
        return
      }
    }
    let startsAtOnce = station.pointee.startsAtOnce && (machine < 0 || machines[machine].power == .on)
    guard station.pointee.waiting < station.pointee.limit || startsAtOnce else {
      turnAway(slot, request)
      return
    }
    if machine >= 0 {
      machines[machine].come(window)
      note(MachineVisit(), for: slot)
    }
    // What the largest batches would take for it.
    let largest = batchTimes[Int(batchPlans[Int(step.pointee.details)].times + station.pointee.maximum - 1)]
    offer(largest / Int64(station.pointee.maximum), to: step)
    let line = batchLines.base + (Int(batchPlans[Int(step.pointee.details)].line) + index - Int(step.pointee.station))
    request.pointee.phase = .queued
    request.pointee.next = -1
    if line.pointee.count == 0 {
      line.pointee.first = Int32(slot)
    } else {
      requests[Int(line.pointee.last)].pointee.next = Int32(slot)
    }
    line.pointee.last = Int32(slot)
    line.pointee.count += 1
    station.pointee.waiting += 1
    let waits = machine >= 0 && machines[machine].power != .on
    changeShare(of: request, to: step.pointee.isOwn && !waits ? .none : .waiting)
    startBatches(at: index)
    if machine >= 0 { scheduleMachine(machine) }
  }

  /// The oldest request of a machine may have waited long enough.
  mutating func batchDue(_ index: Int) {
    guard batchers[index].dueTime == now else { return }
    batchers[index].dueTime = .max
    let machine = Int(batchers[index].machine)
    if machine >= 0 { advanceMachine(machine, to: now) }
    startBatches(at: index)
    if machine >= 0 { scheduleMachine(machine) }
  }

  /// Starts batches while a server is free and one is ready, that of the oldest request first.
  mutating func startBatches(at index: Int) {
    let station = batchers.base + index
    let machine = Int(station.pointee.machine)
    if machine >= 0 && machines[machine].power != .on { return }
    while station.pointee.busy < station.pointee.servers && station.pointee.waiting > 0 {
      var ready: Int32 = -1
      var oldest = Int64.max
      var due = Int64.max
      var next = station.pointee.firstLine
      while next >= 0 {
        let line = batchLines[Int(next)]
        if line.count > 0 {
          let arrival = requests[Int(line.first)].pointee.stepStart
          let isReady = line.count >= station.pointee.maximum || now - arrival >= station.pointee.timeout
          if isReady && arrival <= oldest {
            oldest = arrival
            ready = next
          }
          if !isReady { due = min(due, arrival + station.pointee.timeout) }
        }
        next = line.next
      }
      guard ready >= 0 else {
        if due < station.pointee.dueTime {
          station.pointee.dueTime = due
          queue.schedule(Event(.batchDue, index), at: due)
        }
        return
      }
      if machine >= 0 && !admitsBatch(of: Int(ready), at: machine) { return }
      startBatch(of: Int(ready), at: station)
    }
  }

  private mutating func startBatch(of index: Int, at station: UnsafeMutablePointer<BatchStation>) {
    let line = batchLines.base + index
    let size = min(line.pointee.count, station.pointee.maximum)
    let leader = Int(line.pointee.first)
    let first = requests[leader]
    let step = steps.base + Int(first.pointee.step)
    var time = batchTimes[Int(batchPlans[Int(step.pointee.details)].times + size - 1)]
    if step.pointee.variation >= 0 {
      // A batch has the factor of its oldest request.
      let varied = Double(time) * variationFactor(first, step)
      time = varied < Double(SharingStation.workLimit) ? Int64(varied.rounded()) : SharingStation.workLimit
    }
    if time >= SharingStation.workLimit { failure = SimulationError("a batch takes too long to simulate") }
    station.pointee.busy += 1
    station.pointee.waiting -= size
    if station.pointee.ledger >= 0 {
      changeBusy(of: Int(station.pointee.ledger), node: station.pointee.group, by: 1)
    }
    if window.contains(now) && !step.pointee.isSerializing { groups[Int(station.pointee.group)].started += Int(size) }
    var slot = leader
    for place in 0..<size {
      let request = requests[slot]
      let isOwn = steps[Int(request.pointee.step)].isOwn
      request.pointee.record.add(compute: 0, queue: now - request.pointee.stepStart, step)
      request.pointee.phase = .serving
      request.pointee.serviceStart = now
      request.pointee.work = time
      request.pointee.batch = size
      request.pointee.leadsBatch = place == 0
      changeShare(of: request, to: isOwn ? .computing : .waiting)
      let next = Int(request.pointee.next)
      if place == size - 1 { request.pointee.next = -1 }
      slot = next
    }
    line.pointee.first = Int32(slot)
    line.pointee.count -= size
    if station.pointee.machine >= 0 {
      let plan = batchPlans[Int(step.pointee.details)].visit
      beginJob(leader, at: Int(station.pointee.machine), plan: plan, requests: size)
    } else {
      queue.schedule(Event(.batchServed, leader), at: now + time)
    }
  }

  /// A batch is done: all its requests leave, after the next batch has begun.
  mutating func batchServed(_ leader: Int) {
    let first = requests[leader]
    if first.pointee.phase == .dead { return requests.free(leader) }
    let index = Int(first.pointee.station)
    let station = batchers.base + index
    if station.pointee.machine >= 0 {
      machineServedBatch(leader, at: Int(station.pointee.machine), index)
      return
    }
    let group = Int(station.pointee.group)
    groups[group].busy += Int128(window.overlap(first.pointee.serviceStart, now))
    var slot = leader
    while slot >= 0 {
      let request = requests[slot]
      let step = steps.base + Int(request.pointee.step)
      request.pointee.record.add(compute: request.pointee.work, queue: 0, step)
      bookCompute(Double(request.pointee.work) / Double(request.pointee.batch), request, step)
      changeShare(of: request, to: step.pointee.isOwn ? .none : .waiting)
      request.pointee.batch = 1
      request.pointee.leadsBatch = true
      slot = Int(request.pointee.next)
    }
    station.pointee.busy -= 1
    if station.pointee.ledger >= 0 {
      changeBusy(of: Int(station.pointee.ledger), node: station.pointee.group, by: -1)
    }
    startBatches(at: index)
    slot = leader
    while slot >= 0 {
      let next = Int(requests[slot].pointee.next)
      leaveStation(slot)
      slot = next
    }
  }
}

extension BatchStation {
  /// Whether one more request would not have to wait.
  fileprivate var startsAtOnce: Bool { busy < servers && (timeout == 0 || waiting + 1 >= maximum) }
}
