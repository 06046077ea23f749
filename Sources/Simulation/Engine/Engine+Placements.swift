import Partitioning

extension Engine {
  /// Decides where a request runs, and sends it to the first step.
  @inline(__always)
  mutating func place(_ slot: Int, of source: Int) throws {
    let fixed = plans[source].placement
    var index = fixed >= 0 ? fixed : try decide(slot, of: source)
    if plans[source].leavesEarly { index = try leavingEarly(index, slot, of: source) }
    requests[slot].pointee.record.placement = Int32(index)
    if model.judgesRegret {
      let machine = Int(requests[slot].pointee.record.machine)
      requests[slot].pointee.record.regret = regret(of: index, source: source, machine: machine)
    }
    requests[slot].pointee.step = firstSteps[index]
  }

  /// Asks the policy for one request.
  private mutating func decide(_ slot: Int, of source: Int) throws -> Int {
    let request = requests[slot]
    if let scripted = model.sources[source].policy as? ScriptedPlacements {
      let sequence = Int(request.pointee.record.sequence)
      let placement = sequence < scripted.script.count ? scripted.script[sequence] : scripted.otherwise
      return try placementIndices[source][placement] ?? use(placement, of: source)
    }
    var random = plans[source].policyStreams[request.pointee.sender, request.pointee.number, 0]
    let placement =
      plans[source].watches
      ? try askWatching(slot, of: source, using: &random)
      : try model.sources[source].policy.placement(for: model.sources[source].problem, using: &random)
    if let index = placementIndices[source][placement] { return index }
    return try use(placement, of: source)
  }

  /// The placement of a sample that is sure of its answer at some exit: the same whatever the policy.
  private mutating func leavingEarly(_ index: Int, _ slot: Int, of source: Int) throws -> Int {
    let network = model.sources[source].problem.network
    var random = plans[source].policyStreams[requests[slot].pointee.sender, requests[slot].pointee.number, 1]
    let sure = network.exit(drawing: random.uniform())
    var placement = placements[index].placement
    placement.exit = UInt8(min(sure, placement.exit.map { Int($0) } ?? network.exits.count - 1))
    return try placementIndices[source][placement] ?? use(placement, of: source)
  }

  /// Compiles a placement that has not been used before; returns its index.
  mutating func use(_ placement: Placement, of source: Int) throws -> Int {
    let first = steps.count
    let problem = model.sources[source].problem
    try problem.checkMemory(of: placement)
    try checkMemory(placement, in: problem, of: source)
    try compile(
      Itinerary(placement, in: problem), in: problem.opened(for: placement).problem, of: source,
      memory: partitions(of: placement, source))
    firstSteps.append(Int32(first))
    placements.append((source, placement))
    placementIndices[source][placement] = placements.count - 1
    return placements.count - 1
  }

  private mutating func compile(
    _ itinerary: Itinerary, in problem: PlacementProblem, of position: Int, memory: [PartitionMemory?]
  ) throws {
    let source = model.sources[position]
    let isMortal = model.nodes[source.node].traits.battery != nil
    var visits = [UInt16](repeating: 0, count: source.path.count)
    var total: Int64 = 0
    var excursions = Excursions(problem)
    if source.decisionNanoseconds > 0 {
      var decision = computeStep(0, [], source.decisionNanoseconds, visit: 0, in: problem, of: position)
      decision.variation = -1
      steps.append(decision)
    }
    for (index, step) in itinerary.steps.enumerated() {
      var compiled: [Step] = []
      if case .transfer(let tensor, let hop, let direction, _) = step {
        let encoding = problem.encoding(of: tensor, hop: hop, direction)
        if encoding > 0 { compiled.append(serializingStep(0, encoding, of: position)) }
      }
      if usesTracks, let mark = excursions.mark(before: step) {
        if mark.kind == .depart {
          excursions.departures[excursions.departures.count - 1].step = steps.count + compiled.count
        }
        compiled.append(mark)
      }
      switch step {
      case .compute(let tier, let layers, let nanoseconds):
        var step = computeStep(tier, layers, nanoseconds, visit: visits[tier], in: problem, of: position)
        if let memory = memory[tier] {
          let plan = try visitPlan(of: memory, layers: layers, on: source.path[tier], source: position)
          if step.discipline == .batch {
            batchPlans[Int(step.details)].visit = plan
          } else {
            step.details = plan
          }
        }
        compiled.append(step)
        visits[tier] &+= 1
      case .transfer(_, let hop, let direction, let bytes):
        // A stream is one step over all its links.
        if index > 0 && problem.streams(from: itinerary.steps[index - 1], to: step) { continue }
        let path = problem.hopsOfMessage(from: index, in: itinerary.steps)
        let processing = problem.hops[hop].serialization.nanoseconds(bytes: bytes)
        let (sender, receiver) = direction == .up ? (hop, hop + 1) : (hop + 1, hop)
        if isMortal && hop == 0 { compiled.append(.gate) }
        if processing > 0 { compiled.append(serializingStep(sender, processing, of: position)) }
        compiled.append(transferStep(path, direction, bytes, number: UInt16(truncatingIfNeeded: index), of: position))
        if processing > 0 { compiled.append(serializingStep(receiver, processing, of: position)) }
        let decoding = problem.decoding(at: index + path.count - 1, in: itinerary.steps)
        if decoding > 0 { compiled.append(serializingStep(hop + path.count, decoding, of: position)) }
      }
      for step in compiled {
        guard step.nanoseconds >= 0, step.nanoseconds < SharingStation.workLimit else {
          let entry = "\(model.nodes[source.node].name), \(model.models[source.model])"
          throw SimulationError("\(entry): a step of \(Double(step.nanoseconds) / 1e9) s takes too long to simulate")
        }
        total += step.nanoseconds + step.propagation
        steps.append(step)
      }
    }
    if isMortal { steps.append(.gate) }
    steps.append(Step())
    try addFallbacks(excursions, in: problem, of: position)
    if case .closed(_, 0, _) = source.arrivals, total == 0 {
      throw SimulationError(
        "\(model.nodes[source.node].name): clients that never think send requests that take no time")
    }
  }

  mutating func computeStep(
    _ tier: Int, _ layers: [Int], _ nanoseconds: Int64, visit: UInt16, in problem: PlacementProblem, of source: Int
  ) -> Step {
    let index = model.sources[source].path[tier]
    let node = model.nodes[index]
    var step = Step()
    step.kind = .compute
    step.role = node.role
    step.isOwn = tier == 0
    switch node.scheduler {
    case .fifo, .priority, .edf: step.discipline = node.traits.isPlain ? .line : .machine
    case .ps: step.discipline = node.traits.isPlain ? .sharing : .machine
    case .batch(let maximum, _):
      step.discipline = .batch
      step.details = batchPlan(
        of: layers, in: problem, nanoseconds: nanoseconds, tier: tier, source: source, maximum: maximum)
    }
    step.tier = UInt8(tier)
    step.visit = visit
    step.station = Int32(layout.nodeStations[index])
    step.stride = node.count > 1 ? 1 : 0
    step.group = Int32(index)
    step.ledger = Int32(layout.nodeLedgers[index])
    step.variation = node.variation == .none ? -1 : Int32(plans[source].path + tier)
    step.nanoseconds = nanoseconds
    step.watts = node.busyWatts / Double(node.servers) / 1e9
    return step
  }

  /// A processor reads or writes a message: a visit like any other, that no service variation touches.
  private mutating func serializingStep(_ tier: Int, _ nanoseconds: Int64, of source: Int) -> Step {
    var step = computeStep(tier, [], nanoseconds, visit: 0, in: model.sources[source].problem, of: source)
    step.isSerializing = true
    step.variation = -1
    return step
  }

  private mutating func transferStep(
    _ path: [Int], _ direction: Direction, _ bytes: Int, number: UInt16, of source: Int
  ) -> Step {
    let hops = path.map { model.sources[source].links[$0] }
    // The device's own link, if it is among them, is the one that its radio and its bytes are counted for.
    let place = path.firstIndex(of: 0) ?? 0
    let (hop, index) = (path[place], hops[place])
    let link = model.links[index]
    let isTraced = (direction == .up ? link.uplinkTrace : link.downlinkTrace) != nil
    var step = Step()
    step.kind = .transfer
    step.direction = direction
    step.isOwn = hop == 0
    step.discipline = link.discipline
    step.tier = UInt8(hop)
    step.visit = number
    step.station = Int32(direction == .up ? layout.upStations[index] : layout.downStations[index])
    step.stride = model.instances(of: link) > 1 ? 1 : 0
    step.group = Int32(model.nodes.count + 2 * index + (direction == .up ? 0 : 1))
    step.ledger = hop == 0 ? Int32(layout.radios[index]) : -1
    step.nanoseconds = link.hop.transferNanoseconds(bytes: bytes, direction)
    step.propagation = hops.reduce(0) { $0 + model.links[$1].hop.latencyNanoseconds }
    step.bytes = Int64(bytes)
    step.watts = radioTotals[index].rateWatts(direction) / 1e9
    step.details = transferDetails(path, direction, bytes, isTraced: isTraced, of: source)
    return step
  }

  /// The machine of a tier that a request uses: machine i of a node uses machine i % count of the next one up.
  @inline(__always)
  func machine(on tier: UInt8, for request: UnsafeMutablePointer<Request>) -> Int {
    var machine = request.pointee.record.machine
    let path = plans[Int(request.pointee.record.source)].path
    var above = 1
    while above <= tier {
      machine %= pathCounts[path + above]
      above += 1
    }
    return Int(machine)
  }
}
