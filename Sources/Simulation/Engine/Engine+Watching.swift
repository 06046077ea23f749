import Partitioning
import RandomStreams

extension Engine {
  /// Makes the memories of a source whose policy watches.
  ///
  /// Throws `SimulationError` where a policy asks for more than its information class lets it know.
  mutating func beginWatching(_ index: Int) throws {
    let source = model.sources[index]
    let kind = type(of: source.policy).kind
    let knows = source.policy.informationClass
    if let decider = try clairvoyant(for: index) {
      try require(knows == .clairvoyant, kind, knows, asksFor: "the truth")
      watching.clairvoyants[index] = decider
    } else if let same = model.sources[..<index].firstIndex(where: { type(of: $0.policy).kind == kind }) {
      watching.sessions[index] = watching.sessions[same]
    } else if let session = try source.policy.session() {
      try require(knows == .estimating || knows == .clairvoyant, kind, knows, asksFor: "observations")
      watching.sessions[index] = session
    }
    guard watching.clairvoyants[index] != nil || watching.sessions[index] != nil else { return }
    plans[index].watches = true
    notesSteps = notesSteps || watching.sessions[index] != nil
    let empty = Watching.Machine(source.problem)
    watching.machines[index] = Array(repeating: empty, count: plans[index].machines)
    if watching.work.isEmpty { watching.work = model.nodes.map { _ in Watching.Mean() } }
    if watching.reports.isEmpty { watching.reports = model.nodes.map { Array(repeating: nil, count: $0.count) } }
  }

  private func require(
    _ condition: Bool, _ kind: String, _ knows: InformationClass, asksFor secret: String
  ) throws {
    if !condition {
      throw SimulationError("policy \(kind) asks for \(secret), which its information class '\(knows)' hides from it")
    }
  }

  /// A clairvoyant is asked for each request only where the truth changes or the future is simulated.
  private func clairvoyant(for index: Int) throws -> (any ClairvoyantDecider)? {
    let source = model.sources[index]
    if let oracle = source.policy as? Oracle, oracle.simulatesFuture {
      return ForwardSimulation(model, oracle, shared: watching.script)
    }
    let seesRadio = truthVaries(of: index) && source.policy.objective ?? .latency == .latency
    return linksVary(of: index) || seesRadio ? source.policy.clairvoyant(for: source.problem) : nil
  }

  /// Asks a policy that watches for one request.
  mutating func askWatching(_ slot: Int, of source: Int, using random: inout RandomStream) throws -> Placement {
    let machine = Int(requests[slot].pointee.record.machine)
    let observation = observation(of: source, machine: machine)
    let decision: Decision
    if let clairvoyant = watching.clairvoyants[source] {
      if let forward = clairvoyant as? ForwardSimulation {
        forward.sequence = Int(requests[slot].pointee.record.sequence)
        decision = Decision(try forward.decide(source: source))
      } else {
        decision = try clairvoyant.decide(observation, knowing: truth(of: source, machine: machine))
      }
    } else {
      let decider = try decider(of: source, machine: machine)
      decision = try decider.decide(observation, using: &random)
    }
    let layers = model.sources[source].problem.network.layers.count
    let tiers = model.sources[source].path.count
    guard decision.placement.tiers.count == layers, decision.placement.tiers.allSatisfy({ $0 < tiers }) else {
      throw SimulationError(
        "policy \(type(of: model.sources[source].policy).kind) answers with no placement of \(layers) layers")
    }
    watching.hold = max(0, decision.holdNanoseconds)
    while watching.memories.count <= slot { watching.memories.append(Watching.Memory()) }
    watching.memories[slot] = Watching.Memory(request: watching.machines[source][machine].decided)
    watching.machines[source][machine].decided += 1
    watching.machines[source][machine].open += 1
    return decision.placement
  }

  private mutating func decider(of source: Int, machine: Int) throws -> any OnlineDecider {
    if let known = watching.machines[source][machine].decider { return known }
    guard let session = watching.sessions[source] else {
      throw SimulationError("policy \(type(of: model.sources[source].policy).kind) has no memory")
    }
    let decider = try session.decider(
      for: DecisionContext(
        problem: model.sources[source].problem, source: source, machine: machine, machines: plans[source].machines,
        machinesOfTiers: model.sources[source].path.map { model.nodes[$0].count },
        links: linkNames(of: source, machine: machine)))
    watching.machines[source][machine].decider = decider
    return decider
  }

  /// Which links a machine's messages go over.
  private func linkNames(of source: Int, machine: Int) -> [DecisionContext.LinkName] {
    var index = machine
    return zip(model.sources[source].path, model.sources[source].links).map { node, link in
      index %= model.nodes[node].count
      return .init(link: link, instance: model.links[link].isShared ? 0 : index)
    }
  }

  /// What a machine sees now.
  private mutating func observation(of source: Int, machine: Int) -> Observation {
    var observation = Observation(nowNanoseconds: now)
    let path = model.sources[source].path
    observation.deadlineNanoseconds = plans[source].deadline == .max ? nil : plans[source].deadline
    if let period = watching.sessions[source]?.reportPeriodNanoseconds { takeReports(of: source, machine, period) }
    let known = watching.machines[source][machine]
    observation.request = known.decided
    observation.open = known.open
    func signal(_ noted: (rate: Double, at: Int64)) -> Observation.Signal<Double>? {
      noted.at < 0 ? nil : .init(noted.rate, ageNanoseconds: now - noted.at)
    }
    observation.links = zip(known.uplinks, known.downlinks).map { up, down in
      Observation.Link(uplink: signal(up), downlink: signal(down))
    }
    observation.loads = known.loads.enumerated().map { tier, noted in
      if tier == 0 { return .init(load(of: path[0], machine: machine), ageNanoseconds: 0) }
      return noted.at < 0 ? nil : .init(noted.load, ageNanoseconds: now - noted.at)
    }
    observation.isResident = path.map { _ in nil }
    observeMachine(of: source, machine: machine, into: &observation)
    observation.radio = radioState(of: source, machine: machine)
    return observation
  }

  /// What a device knows of its own battery and memory.
  private func observeMachine(of source: Int, machine: Int, into observation: inout Observation) {
    let node = model.sources[source].path[0]
    guard layout.nodeMachines[node] >= 0 else { return }
    let own = machines[layout.nodeMachines[node] + machine]
    observation.batteryJoules = own.joulesLeft(at: now)
    guard model.nodes[node].traits.memory != nil else { return }
    let network = model.sources[source].model
    observation.isResident[0] = weightsKinds.contains { kind, number in
      kind.node == node && kind.model == network && own.weights.holds(number)
    }
  }

  /// The state of the radio that a source's machine sends with; `nil` where it has none that sleeps.
  func radioState(of source: Int, machine: Int) -> Observation.RadioState? {
    guard let link = model.sources[source].links.first, layout.radios[link] >= 0 else { return nil }
    let radio = radios[layout.radios[link] + machine]
    let totals = radioTotals[link]
    guard totals.isCellular else { return nil }
    if radio.isAtWork { return .init(phase: .active) }
    if radio.isWaking { return .init(phase: .promoting) }
    let left = totals.tailNanoseconds - (now - radio.since)
    guard radio.tailOwner >= 0, left >= 0 else { return .init(phase: .idle) }
    return .init(phase: .tail, tailLeftNanoseconds: left)
  }

  /// Takes what every tier above told everybody at the last whole period.
  private mutating func takeReports(of source: Int, _ machine: Int, _ period: Int64) {
    var index = machine
    for (tier, node) in model.sources[source].path.enumerated() where tier > 0 {
      index %= model.nodes[node].count
      let due = period > 0 ? now - now % period : now
      // A report is made when somebody looks for the first time in a period: its age says when.
      if watching.reports[node][index].map({ $0.at < due }) ?? true || period == 0 {
        watching.reports[node][index] = Watching.Report(load: load(of: node, machine: index), at: now)
      }
      if let report = watching.reports[node][index] {
        watching.machines[source][machine].loads[tier] = (report.load, report.at)
      }
    }
  }

  /// How busy a machine of a node is now.
  private func load(of node: Int, machine: Int) -> Observation.Load {
    let index = layout.nodeStations[node] + machine
    let servers = model.nodes[node].servers
    var load = Observation.Load(servers: servers)
    switch model.nodes[node].scheduler {
    case .fifo, .priority, .edf:
      let station = queues[index]
      load.jobs = Int(station.busy + station.waiting)
      // One that is in service has on average as long to go as another takes, where service times are exponential.
      if station.busy >= station.servers {
        load.waitNanoseconds = .nanoseconds(watching.work[node].mean * Double(station.waiting + 1) / Double(servers))
      }
    case .ps:
      load.jobs = Int(sharings[index].jobs)
      load.slowdown = max(1, Double(load.jobs + 1) / Double(servers))
    case .batch:
      let station = batchers[index]
      load.jobs = Int(station.waiting + station.busy)
      let rounds = Double(station.waiting) / Double(station.maximum) / Double(servers)
      load.waitNanoseconds = station.timeout + .nanoseconds(rounds * Double(station.timeout))
    }
    return load
  }

  /// A step of a watched request has ended: its answer will tell of it.
  mutating func watch(
    _ step: UnsafeMutablePointer<Step>, of request: UnsafeMutablePointer<Request>, _ slot: Int
  ) {
    guard slot < watching.memories.count else { return }
    if step.pointee.kind == .compute {
      guard !step.pointee.isOwn else { return }
      let node = Int(step.pointee.group)
      watching.work[node].add(Double(request.pointee.work))
      let load = load(of: node, machine: machine(on: step.pointee.tier, for: request))
      watching.memories[slot].loads.append((Int(step.pointee.tier), load, now))
      return
    }
    let sent = now - step.pointee.propagation
    // Queueing is a matter of the link, but no radio's promotion; a message in windows counts from the first of them.
    let isPaced = step.pointee.details >= 0 && transfers[Int(step.pointee.details)].isPaced
    let wakes = step.pointee.isOwn && step.pointee.ledger >= 0
    let queues = step.pointee.discipline == .line && !wakes
    let begin = isPaced || queues ? request.pointee.stepStart : request.pointee.serviceStart
    watching.memories[slot].messages.append(
      MessageOutcome(
        hop: Int(step.pointee.tier), direction: step.pointee.direction, bytes: step.pointee.bytes,
        nanoseconds: max(0, sent - begin)))
  }

  /// Tells a policy that watches how a request went.
  mutating func teach(_ request: UnsafeMutablePointer<Request>, _ slot: Int, of source: Int) {
    let record = request.pointee.record
    let machine = Int(record.machine)
    watching.machines[source][machine].open -= 1
    guard let decider = watching.machines[source][machine].decider, slot < watching.memories.count else { return }
    let memory = watching.memories[slot]
    watching.memories[slot] = Watching.Memory()
    for message in memory.messages {
      guard let rate = message.rate else { continue }
      if message.direction == .up {
        watching.machines[source][machine].uplinks[message.hop] = (rate, now)
      } else {
        watching.machines[source][machine].downlinks[message.hop] = (rate, now)
      }
    }
    for report in memory.loads where report.at > watching.machines[source][machine].loads[report.tier].at {
      watching.machines[source][machine].loads[report.tier] = (report.load, report.at)
    }
    var outcome = RequestOutcome(
      request: memory.request, placement: placements[Int(record.placement)].placement, nowNanoseconds: now,
      arrivalNanoseconds: record.arrival, latencyNanoseconds: now - record.arrival, deviceJoules: record.deviceJoules)
    outcome.isAnswered = record.outcome == .completed
    outcome.missedDeadline = now - record.arrival > plans[source].deadline
    outcome.messages = memory.messages
    if request.pointee.holdsTail, let link = model.sources[source].links.first {
      outcome.deviceJoules += radioTotals[link].tailWatts * Double(radioTotals[link].tailNanoseconds) / 1e9
    }
    decider.learn(from: outcome)
  }

  /// A request is held back on the device before its first step.
  mutating func hold(_ slot: Int) {
    let request = requests[slot]
    request.pointee.phase = .held
    request.pointee.stepStart = now
    changeShare(of: request, to: .waiting)
    queue.schedule(Event(.requestAdvanced, slot), at: now + watching.hold)
  }

  /// A request that was held back begins.
  mutating func letGo(_ slot: Int) {
    let request = requests[slot]
    request.pointee.record.deviceQueue += now - request.pointee.stepStart
    request.pointee.phase = .serving
    beginStep(slot)
  }
}
