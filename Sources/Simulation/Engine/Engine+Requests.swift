import Partitioning

extension Engine {
  /// A request begins at a source's machine.
  mutating func beginRequest(of source: Int, on machine: Int, sender: UInt32, number: UInt32) throws {
    if requests.isFull { throw requests.overflowError }
    let slot = requests.allocate()
    let request = requests[slot]
    let plan = plans.base + source
    request.pointee.sender = sender
    request.pointee.number = number
    request.pointee.ledger = plan.pointee.ledger < 0 ? -1 : Int32(plan.pointee.ledger + machine)
    request.pointee.record.sequence = sequence
    request.pointee.record.source = Int32(source)
    request.pointee.record.machine = Int32(machine)
    request.pointee.record.model = Int32(plan.pointee.model)
    request.pointee.record.arrival = now
    sequence += 1
    if window.contains(now) {
      request.pointee.isMeasured = true
      totals[plan.pointee.model].requests += 1
    }
    if usesTracks { openTrack(slot) }
    try place(slot, of: source)
    if plans[source].watches && watching.hold > 0 { return hold(slot) }
    beginStep(slot)
  }

  mutating func beginStep(_ slot: Int) {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    request.pointee.stepStart = now
    switch step.pointee.kind {
    case .compute:
      request.pointee.work = step.pointee.nanoseconds
      if step.pointee.variation >= 0 { vary(request, step) }
      if step.pointee.details < 0 && step.pointee.discipline != .machine { offer(request.pointee.work, to: step) }
      request.pointee.station = station(of: step, for: request)
      switch step.pointee.discipline {
      case .line:
        if takeServer(request) {
          serve(slot, request, step)
        } else if joinLine(slot, request) {
          changeShare(of: request, to: step.pointee.isOwn ? .none : .waiting)
        } else {
          turnAway(slot, request)
        }
      case .sharing:
        if sharings[Int(request.pointee.station)].isFull {
          turnAway(slot, request)
        } else {
          joinSharing(slot, request, step)
        }
      case .batch: joinBatch(slot, request, step)
      case .machine: joinMachine(slot, request, step)
      case .flow, .medium: break
      }
    case .transfer:
      request.pointee.work = step.pointee.nanoseconds
      request.pointee.counted = 0
      if step.pointee.details >= 0 { prepareTransfer(request, step) }
      offer(step.pointee.discipline == .medium ? request.pointee.work : step.pointee.nanoseconds, to: step)
      if step.pointee.isOwn && step.pointee.ledger >= 0 && !wakeRadio(slot, request, step) { return }
      send(slot, request, step)
    case .end: complete(slot, request)
    case .depart: depart(slot)
    case .arrive: arrive(slot)
    case .gate: passGate(slot)
    }
  }

  /// Notes work that comes to a station inside the window, whenever it is done.
  @inline(__always)
  func offer(_ work: Int64, to step: UnsafeMutablePointer<Step>) {
    if window.contains(now) { groups[Int(step.pointee.group)].offered += Int128(work) }
  }

  /// A message joins its link.
  mutating func send(_ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    request.pointee.station = station(of: step, for: request)
    if step.pointee.details >= 0 && isRefused(slot, request, step) { return }
    if step.pointee.discipline == .sharing {
      joinSharing(slot, request, step)
    } else if step.pointee.discipline == .flow {
      beginFlow(slot, request, step)
    } else if step.pointee.discipline == .medium {
      joinMedium(slot, request, step)
    } else if takeServer(request) {
      serve(slot, request, step)
    } else {
      guard fitsBuffer(request, step) else {
        request.pointee.record.add(link: now - request.pointee.stepStart, step.pointee.direction)
        turnAway(slot, request)
        return
      }
      _ = joinLine(slot, request)
      changeShare(of: request, to: .waiting)
      if step.pointee.isOwn && step.pointee.ledger >= 0 { radioQueues(request, step) }
    }
  }

  /// The step's service is over: a message propagates, a computation is done.
  mutating func leaveStation(_ slot: Int) {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    if step.pointee.kind == .transfer && (step.pointee.propagation > 0 || step.pointee.details >= 0) {
      request.pointee.phase = step.pointee.details >= 0 && isLost(slot, request, step) ? .lost : .propagating
      let late = step.pointee.details >= 0 ? jitter(request, step) : 0
      queue.schedule(Event(.requestAdvanced, slot), at: now + step.pointee.propagation + late)
    } else {
      endStep(slot)
    }
  }

  mutating func endStep(_ slot: Int) {
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    if step.pointee.kind == .transfer {
      request.pointee.record.add(link: now - request.pointee.stepStart, step.pointee.direction)
    }
    if notesSteps { note(step, of: request, slot) }
    request.pointee.step += 1
    beginStep(slot)
  }

  private mutating func note(
    _ step: UnsafeMutablePointer<Step>, of request: UnsafeMutablePointer<Request>, _ slot: Int
  ) {
    if plans[Int(request.pointee.record.source)].watches { watch(step, of: request, slot) }
    guard isRecordingSteps && request.pointee.isMeasured else { return }
    let group = Int(step.pointee.group)
    let isVisit = step.pointee.kind == .compute
    stepOutput.append(
      StepRecord(
        sequence: request.pointee.record.sequence,
        kind: isVisit
          ? step.pointee.isSerializing ? .serialize : .compute : step.pointee.direction == .up ? .uplink : .downlink,
        place: Int32(isVisit ? group : (group - model.nodes.count) / 2), begin: request.pointee.stepStart, end: now,
        work: isVisit || step.pointee.discipline == .medium ? request.pointee.work : step.pointee.nanoseconds,
        bytes: isVisit ? 0 : step.pointee.bytes))
  }

  private mutating func complete(_ slot: Int, _ request: UnsafeMutablePointer<Request>) {
    if usesTracks && !isAnswer(slot) { return }
    changeShare(of: request, to: .none)
    let source = Int(request.pointee.record.source)
    request.pointee.record.completion = now
    request.pointee.record.missedDeadline = now - request.pointee.record.arrival > plans[source].deadline
    request.pointee.isDone = true
    if window.contains(now) { totals[plans[source].model].completionsInWindow += 1 }
    if plans[source].watches { teach(request, slot, of: source) }
    if arrivalPlans[source].kind == .closed { think(source, request) }
    if plans[source].load >= 0 && request.pointee.isMeasured { noteAnswer(request, of: source) }
    if !request.pointee.holdsTail { settle(slot) }
  }

  /// A sample of a load scenario is answered; a query with its last one.
  private mutating func noteAnswer(_ request: UnsafeMutablePointer<Request>, of source: Int) {
    let load = plans[source].load
    loads[load].samples += 1
    loads[load].lastAnswer = max(loads[load].lastAnswer, now)
    if loads[load].scenario == .multiStream {
      let client = clients[arrivalPlans[source].first + Int(request.pointee.sender)]
      if client.open > 0 { return }
    }
    loads[load].latencies.append(now - request.pointee.record.arrival)
  }

  /// A request finds no room to wait: it is not answered.
  mutating func turnAway(_ slot: Int, _ request: UnsafeMutablePointer<Request>) {
    if usesTracks && failsAway(slot) { return }
    giveUp(slot, request, as: .dropped)
  }

  /// A request ends without an answer.
  mutating func giveUp(
    _ slot: Int, _ request: UnsafeMutablePointer<Request>, as outcome: RequestRecord.Outcome
  ) {
    changeShare(of: request, to: .none)
    let source = Int(request.pointee.record.source)
    request.pointee.record.outcome = outcome
    request.pointee.record.completion = now
    request.pointee.isDone = true
    if plans[source].watches { teach(request, slot, of: source) }
    if arrivalPlans[source].kind == .closed {
      let client = clients[arrivalPlans[source].first + Int(request.pointee.sender)]
      if arrivalPlans[source].mean == 0 && now == request.pointee.record.arrival && client.open == 1 {
        failure = SimulationError(
          "\(model.nodes[plans[source].node].name): clients that never think are turned away at once, over and over")
        return
      }
      think(source, request)
    }
    if !request.pointee.holdsTail { settle(slot) }
  }

  /// A request is final.
  mutating func settle(_ slot: Int) {
    if usesTracks && !closeTrack(slot) { return }
    let request = requests[slot]
    if request.pointee.isMeasured {
      let network = Int(request.pointee.record.model)
      if !totals[network].add(request.pointee.record) {
        failure = SimulationError("the sum of all latencies or bytes leaves 64 bits")
      }
      if request.pointee.record.outcome.isAnswered {
        let latency = Double(request.pointee.record.completion - request.pointee.record.arrival)
        let source = Int(request.pointee.record.source)
        if plans[source].leavesEarly { noteAccuracy(request, of: source) }
        sketches[network].add(latency)
        batchMeans.add(latency)
      }
      if isRecording { output.append(request.pointee.record) }
    }
    requests.free(slot)
  }

  private mutating func noteAccuracy(_ request: UnsafeMutablePointer<Request>, of source: Int) {
    let exits = model.sources[source].problem.network.exits
    guard let exit = placements[Int(request.pointee.record.placement)].placement.exit else { return }
    totals[Int(request.pointee.record.model)].judged += 1
    totals[Int(request.pointee.record.model)].accuracy += exits[Int(exit)].accuracy
  }

  @inline(__always)
  func station(of step: UnsafeMutablePointer<Step>, for request: UnsafeMutablePointer<Request>) -> Int32 {
    if step.pointee.stride == 0 { return step.pointee.station }
    return step.pointee.station + Int32(machine(on: step.pointee.tier, for: request))
  }

  @inline(__always)
  func variationFactor(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) -> Double {
    let streams = variations.base + Int(step.pointee.variation)
    return streams.pointee.factor(
      sender: request.pointee.sender, number: request.pointee.number, visit: step.pointee.visit)
  }

  mutating func vary(_ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    let work = (Double(step.pointee.nanoseconds) * variationFactor(request, step)).rounded()
    if work < Double(SharingStation.workLimit) {
      request.pointee.work = Int64(work)
    } else {
      failure = SimulationError("a varied service time of \(work / 1e9) s is too long to simulate")
    }
  }
}

extension RequestRecord {
  @inline(__always)
  mutating func add(compute time: Int64, queue: Int64, _ step: UnsafeMutablePointer<Step>) {
    var time = time
    if step.pointee.isSerializing {
      serialize += time
      time = 0
    }
    switch step.pointee.role {
    case .device:
      deviceCompute += time
      deviceQueue += queue
    case .edge:
      edgeCompute += time
      edgeQueue += queue
    case .cloud:
      cloudCompute += time
      cloudQueue += queue
    }
  }

  @inline(__always)
  mutating func add(link time: Int64, _ direction: Direction) {
    if direction == .up { uplink += time } else { downlink += time }
  }
}
