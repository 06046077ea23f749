import Partitioning

/// The rates that a path's links have from now on, and whether the device's radio is awake.
struct LinkTruth: Truth {
  let now: Int64
  /// By hop and direction; `nil` where the rate does not change.
  let up: [CapacityClock?]
  let down: [CapacityClock?]
  let isTracedUp: [Bool]
  let isTracedDown: [Bool]
  /// When the tail of the device's radio began, or would begin if it is at work; `nil` where it sleeps.
  let tailStart: Int64?

  /// Exact for messages that are sent one after another and stored at each hop; one that streams over several hops counts
  /// as if its first hop were the slowest.
  func latencyNanoseconds(of itinerary: Itinerary, in problem: PlacementProblem) -> Int64 {
    var time = now
    var lastTransferEnd = tailStart
    let steps = itinerary.steps
    for (index, step) in steps.enumerated() {
      switch step {
      case .compute(_, _, let nanoseconds): time += nanoseconds
      case .transfer(_, let hop, let direction, let bytes):
        let passesThrough = index > 0 && problem.streams(from: steps[index - 1], to: step)
        let processing = problem.hops[hop].serialization.nanoseconds(bytes: bytes)
        time += 2 * processing
        if !passesThrough {
          if hop == 0, let radio = problem.radio.cellular {
            if lastTransferEnd.map({ time - $0 > radio.tailNanoseconds }) ?? true { time += radio.promotionNanoseconds }
          }
          time = sent(bytes, over: problem.hops[hop], hop, direction, from: time)
          if hop == 0 { lastTransferEnd = time }
        }
        time += problem.hops[hop].latencyNanoseconds
      }
    }
    return time - now
  }

  /// When the last byte of a message has been sent that begins at a time and has the link to itself.
  private func sent(
    _ bytes: Int, over hop: PlacementProblem.Hop, _ index: Int, _ direction: Direction, from time: Int64
  ) -> Int64 {
    let alone = hop.transferNanoseconds(bytes: bytes, direction)
    guard let clock = direction == .up ? up[index] : down[index] else { return time + alone }
    let isTraced = direction == .up ? isTracedUp[index] : isTracedDown[index]
    let wire = hop.wireNanoseconds(bytes: bytes, direction)
    let work = isTraced ? Int64(clamping: Int128(bytes) * Int128(RateTrace.unitsPerByte)) : wire
    guard work > 0 else { return time + alone }
    let (end, overflow) = clock.reading(at: time).addingReportingOverflow(work)
    // What a transport adds to the bytes' own time is its windows' waiting.
    return overflow ? .max / 4 : max(time, clock.time(of: end)) + max(0, alone - wire)
  }

  func presentHops(of problem: PlacementProblem) -> [PlacementProblem.Hop] {
    problem.hops.enumerated().map { index, hop in
      PlacementProblem.Hop(
        uplinkBitsPerSecond: hop.uplinkBitsPerSecond * fraction(up[index]),
        downlinkBitsPerSecond: hop.downlinkBitsPerSecond * fraction(down[index]),
        propagationNanoseconds: hop.propagationNanoseconds, transport: hop.transport, serialization: hop.serialization,
        streams: hop.streams, energy: hop.energy)
    }
  }

  /// A link that sends nothing at the moment counts as a thousand times slower than on average.
  private func fraction(_ clock: CapacityClock?) -> Double { max(0.001, clock?.rate(at: now).fraction ?? 1) }
}

extension Engine {
  /// Whether the rate of some link of a source changes.
  func linksVary(of source: Int) -> Bool {
    model.sources[source].links.contains { layout.upClocks[$0] >= 0 || layout.downClocks[$0] >= 0 }
  }

  /// Whether what a placement takes alone depends on when it is asked.
  func truthVaries(of source: Int) -> Bool {
    linksVary(of: source) || model.sources[source].problem.radio.cellular?.promotionNanoseconds ?? 0 > 0
  }

  /// What is true of a source's links from now on for one of its machines.
  func truth(of source: Int, machine: Int) -> LinkTruth {
    let tail = model.sources[source].problem.radio.cellular?.tailNanoseconds ?? 0
    let tailStart = radioState(of: source, machine: machine).flatMap { state -> Int64? in
      switch state.phase {
      case .idle: nil
      case .tail: now + state.tailLeftNanoseconds - tail
      case .active, .promoting: now
      }
    }
    let links = model.sources[source].links
    func clock(_ index: Int) -> CapacityClock? { index < 0 ? nil : clocks[index] }
    return LinkTruth(
      now: now, up: links.map { clock(layout.upClocks[$0]) }, down: links.map { clock(layout.downClocks[$0]) },
      isTracedUp: links.map { model.links[$0].uplinkTrace != nil },
      isTracedDown: links.map { model.links[$0].downlinkTrace != nil }, tailStart: tailStart)
  }

  /// How much longer a placement takes alone from now on than the best, in nanoseconds.
  mutating func regret(of placement: Int, source: Int, machine: Int) -> Int64 {
    let problem = model.sources[source].problem
    guard truthVaries(of: source) else {
      while watching.constantRegrets.count <= placement { watching.constantRegrets.append(-1) }
      if watching.constantRegrets[placement] < 0 {
        let own = problem.cost(of: placements[placement].placement).latencyNanoseconds
        let best = leastLatency(of: source, leavingAt: placements[placement].placement.exit)
        watching.constantRegrets[placement] = max(0, own - best)
      }
      return watching.constantRegrets[placement]
    }
    if watching.clairvoyantPlans[source] == nil { watching.clairvoyantPlans[source] = ClairvoyantPlan(problem) }
    let truth = truth(of: source, machine: machine)
    let exit = placements[placement].placement.exit
    let own = truth.latencyNanoseconds(of: itinerary(of: placement, in: problem), in: problem)
    let best = watching.clairvoyantPlans[source]?.best(knowing: truth, leavingAt: exit).nanoseconds ?? own
    return max(0, own - best)
  }

  /// The least latency of an isolated request over links that do not change.
  private mutating func optimum(of source: Int) -> Int64 {
    if let known = watching.optima[source] { return known }
    let found = Optimum(of: model.sources[source].problem, .latency).cost.latencyNanoseconds
    watching.optima[source] = found
    return found
  }

  /// The same for requests that leave at an exit: of all cuts in two.
  private mutating func leastLatency(of source: Int, leavingAt exit: UInt8?) -> Int64 {
    let problem = model.sources[source].problem
    guard let exit, !problem.network.exits.isEmpty else { return optimum(of: source) }
    return problem.candidateCuts.map { cut in
      var placement = problem.placement(cutting: cut)
      placement.exit = exit
      return problem.cost(of: placement).latencyNanoseconds
    }.min() ?? 0
  }

  private mutating func itinerary(of placement: Int, in problem: PlacementProblem) -> Itinerary {
    if let known = watching.itineraries[placement] { return known }
    let made = Itinerary(placements[placement].placement, in: problem)
    watching.itineraries[placement] = made
    return made
  }
}
