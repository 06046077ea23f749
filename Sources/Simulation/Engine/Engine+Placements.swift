import Partitioning

extension Engine {
  /// Decides where a request runs, and sends it to the first step.
  @inline(__always)
  mutating func place(_ slot: Int, of source: Int) throws {
    let fixed = plans[source].placement
    let index = fixed >= 0 ? fixed : try decide(slot, of: source)
    requests[slot].pointee.record.placement = Int32(index)
    requests[slot].pointee.step = firstSteps[index]
  }

  /// Asks the policy for one request.
  private mutating func decide(_ slot: Int, of source: Int) throws -> Int {
    let request = requests[slot]
    var random = plans[source].policyStreams[request.pointee.sender, request.pointee.number, 0]
    let placement = try model.sources[source].policy.placement(for: model.sources[source].problem, using: &random)
    if let index = placementIndices[source][placement] { return index }
    return try use(placement, of: source)
  }

  /// Compiles a placement that has not been used before; returns its index.
  mutating func use(_ placement: Placement, of source: Int) throws -> Int {
    let first = steps.count
    try compile(Itinerary(placement, in: model.sources[source].problem), of: source)
    firstSteps.append(Int32(first))
    placements.append((source, placement))
    placementIndices[source][placement] = placements.count - 1
    return placements.count - 1
  }

  private mutating func compile(_ itinerary: Itinerary, of index: Int) throws {
    let source = model.sources[index]
    var visits = [UInt16](repeating: 0, count: source.path.count)
    var total: Int64 = 0
    for step in itinerary.steps {
      let compiled: Step
      switch step {
      case .compute(let tier, let layers, let nanoseconds):
        compiled = computeStep(tier, layers, nanoseconds, visit: visits[tier], of: index)
        visits[tier] &+= 1
      case .transfer(_, let hop, let direction, let bytes):
        compiled = transferStep(hop, direction, bytes, of: index)
      }
      guard compiled.nanoseconds >= 0, compiled.nanoseconds < SharingStation.workLimit else {
        let entry = "\(model.nodes[source.node].name), \(model.models[source.model])"
        throw SimulationError("\(entry): a step of \(Double(compiled.nanoseconds) / 1e9) s takes too long to simulate")
      }
      total += compiled.nanoseconds + compiled.propagation
      steps.append(compiled)
    }
    steps.append(Step())
    if case .closed(_, 0, _) = source.arrivals, total == 0 {
      throw SimulationError(
        "\(model.nodes[source.node].name): clients that never think send requests that take no time")
    }
  }

  private mutating func computeStep(
    _ tier: Int, _ layers: [Int], _ nanoseconds: Int64, visit: UInt16, of source: Int
  ) -> Step {
    let index = model.sources[source].path[tier]
    let node = model.nodes[index]
    var step = Step()
    step.kind = .compute
    step.role = node.role
    step.isOwn = tier == 0
    switch node.scheduler {
    case .fifo, .priority, .edf: step.discipline = .line
    case .ps: step.discipline = .sharing
    case .batch(let maximum, _):
      step.discipline = .batch
      let plan = batchPlan(of: layers, tier: tier, source: source, maximum: maximum)
      step.batchLine = plan.line
      step.batchTimes = plan.times
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

  private func transferStep(_ hop: Int, _ direction: Direction, _ bytes: Int, of source: Int) -> Step {
    let index = model.sources[source].links[hop]
    let link = model.links[index]
    var step = Step()
    step.kind = .transfer
    step.direction = direction
    step.isOwn = hop == 0
    step.discipline = link.sharing == .fair ? .sharing : .line
    step.tier = UInt8(hop)
    step.station = Int32(direction == .up ? layout.upStations[index] : layout.downStations[index])
    step.stride = model.instances(of: link) > 1 ? 1 : 0
    step.group = Int32(model.nodes.count + 2 * index + (direction == .up ? 0 : 1))
    step.ledger = hop == 0 ? Int32(layout.radios[index]) : -1
    step.nanoseconds = link.hop.transferNanoseconds(bytes: bytes, direction)
    step.propagation = link.hop.propagationNanoseconds
    step.bytes = Int64(bytes)
    step.watts = radioTotals[index].rateWatts(direction) / 1e9
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
