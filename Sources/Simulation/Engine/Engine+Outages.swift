import Partitioning
import RandomStreams

/// Machines that fail with all they do, and links that lose what they carry.
extension Engine {
  /// Makes a place of each machine or link instance that can fail, and finds its first outage.
  mutating func layOutPlaces() {
    for (index, node) in model.nodes.enumerated() {
      layout.nodePlaces.append(node.fails ? places.count : -1)
      guard node.fails else { continue }
      for machine in 0..<node.count {
        addPlace(part: index, machine, model.outages(of: node, machine: machine))
      }
    }
    for (index, link) in model.links.enumerated() {
      layout.linkPlaces.append(link.losesInOutages ? places.count : -1)
      guard link.losesInOutages else { continue }
      for instance in 0..<model.instances(of: link) {
        addPlace(part: model.nodes.count + index, instance, model.outages(of: link, instance: instance))
      }
    }
  }

  private mutating func addPlace(part: Int, _ instance: Int, _ schedule: OutageSchedule) {
    places.append(Place(part: Int32(part), instance: Int32(instance), schedule: Int32(schedules.count)))
    schedules.append(schedule)
  }

  mutating func startOutages() {
    for index in 0..<places.count { scheduleOutage(of: index) }
  }

  private mutating func scheduleOutage(of index: Int) {
    guard let outage = schedules[Int(places[index].schedule)].nextOutage() else { return }
    places[index].end = outage.end
    schedule(Alarm(kind: .placeDown, index: Int32(index)), at: max(now, outage.start))
  }

  /// Once nothing arrives and nothing is in flight, nobody cares for outages.
  private var isOver: Bool {
    guard now >= model.durationNanoseconds else { return false }
    return !(0..<requests.slots).contains { !requests[$0].pointee.isDone }
  }

  mutating func placeFailed(_ index: Int) {
    if isOver { return }
    let place = places.base + index
    place.pointee.isDown = true
    place.pointee.downSince = now
    schedule(Alarm(kind: .placeUp, index: Int32(index)), at: place.pointee.end)
    setServers(of: index, isDown: true)
    var hit: [Int] = []
    for slot in 0..<requests.slots where !requests[slot].pointee.isDone && isAt(index, requests[slot]) {
      hit.append(slot)
    }
    for slot in hit {
      let isOwnVisit = isOwnVisit(slot)
      let slot = withdraw(slot)
      if isOwnVisit && !isRemains(slot) {
        giveUp(slot, requests[slot], as: .lost)
      } else {
        attemptFailed(slot, .lost)
      }
    }
  }

  mutating func placeRepaired(_ index: Int) {
    noteDowntime(of: index)
    places[index].isDown = false
    setServers(of: index, isDown: false)
    if !isOver { scheduleOutage(of: index) }
  }

  /// Adds the time for which a place has been down.
  mutating func noteDowntime(of index: Int) {
    guard places[index].isDown else { return }
    places[index].downTime += Int128(window.overlap(places[index].downSince, now))
    places[index].downSince = now
  }

  /// The share of the window in which the machines of a node, or the instances of a link, were there.
  func availability(first: Int, count: Int) -> Double? {
    guard first >= 0, window.length > 0 else { return nil }
    let down = (first..<first + count).reduce(0.0) { $0 + Double(places[$1].downTime) }
    return 1 - down / (Double(window.length) * Double(count))
  }

  /// The same of a link, whether its outages lose or pause; `nil` where it has none.
  func availability(of link: Int) -> Double? {
    let instances = model.instances(of: model.links[link])
    if layout.linkPlaces[link] >= 0 { return availability(first: layout.linkPlaces[link], count: instances) }
    let fails = !model.links[link].outages.isEmpty || model.links[link].randomOutages != nil
    guard fails, layout.upClocks[link] >= 0, window.length > 0 else { return nil }
    let count = model.links[link].hasOwnClocks ? instances : 1
    let down = (0..<count).reduce(0.0) { $0 + Double(clocks[layout.upClocks[link] + $1].outageTime(in: window)) }
    return 1 - down / (Double(window.length) * Double(count))
  }

  private func isOwnVisit(_ slot: Int) -> Bool {
    let step = steps[Int(requests[slot].pointee.step)]
    return step.kind == .compute && step.isOwn
  }

  /// Whether what a step uses is down.
  func isDown(_ step: Step, for request: UnsafeMutablePointer<Request>) -> Bool {
    guard places.count > 0 else { return false }
    let first: Int
    switch step.kind {
    case .compute: first = layout.nodePlaces[Int(step.group)]
    case .transfer: first = layout.linkPlaces[(Int(step.group) - model.nodes.count) / 2]
    case .end, .depart, .arrive, .gate: return false
    }
    guard first >= 0 else { return false }
    let instance = step.stride == 0 ? 0 : machine(on: step.tier, for: request)
    return places[first + instance].isDown
  }

  /// Whether a request waits or is served at a place.
  private func isAt(_ index: Int, _ request: UnsafeMutablePointer<Request>) -> Bool {
    let phase = request.pointee.phase
    guard phase == .queued || phase == .serving || phase == .pacing else { return false }
    let step = steps[Int(request.pointee.step)]
    let place = places[index]
    let part =
      step.kind == .compute
      ? Int(step.group) : model.nodes.count + (Int(step.group) - model.nodes.count) / 2
    guard part == Int(place.part) else { return false }
    return (step.stride == 0 ? 0 : machine(on: step.tier, for: request)) == Int(place.instance)
  }

  /// A machine that is down has no server and no room: whoever comes is turned away.
  ///
  /// Links that are down are asked before; nobody waits there.
  private mutating func setServers(of index: Int, isDown: Bool) {
    let place = places[index]
    guard Int(place.part) < model.nodes.count else { return setRate(of: index, isDown: isDown) }
    let node = model.nodes[Int(place.part)]
    let station = layout.nodeStations[Int(place.part)] + Int(place.instance)
    let servers = isDown ? 0 : Int32(node.servers)
    let limit = isDown ? 0 : Int32(clamping: node.queueLimit ?? Int(Int32.max))
    switch node.scheduler {
    case .fifo, .priority, .edf:
      queues[station].servers = servers
      queues[station].limit = limit
    case .ps: sharings[station].limit = isDown ? Int32.min / 2 : limit
    case .batch:
      batchers[station].servers = servers
      batchers[station].limit = limit
    }
  }

  /// A line to a link that is down is not served on when its messages are taken out.
  private mutating func setRate(of index: Int, isDown: Bool) {
    let link = Int(places[index].part) - model.nodes.count
    guard model.links[link].discipline == .line else { return }
    for first in [layout.upStations[link], layout.downStations[link]] {
      queues[first + Int(places[index].instance)].servers = isDown ? 0 : 1
    }
  }
}

extension SystemModel {
  /// The outages of one machine: the same whatever else there is.
  func outages(of node: NodeModel, machine: Int) -> OutageSchedule {
    schedule(node.outages, node.randomOutages, node.name, machine, "outages of a machine")
  }

  /// The outages of one instance of a link, both directions.
  func outages(of link: LinkModel, instance: Int) -> OutageSchedule {
    schedule(link.outages, link.randomOutages, link.name, instance, "outages of a link")
  }

  private func schedule(
    _ given: [Outage], _ random: RandomOutages?, _ name: String, _ instance: Int, _ purpose: String
  ) -> OutageSchedule {
    OutageSchedule(
      given: given, random: random,
      stream: RandomStream(
        seed: seed, replication: UInt64(replication), entity: name, index: UInt64(instance), purpose: purpose))
  }
}
