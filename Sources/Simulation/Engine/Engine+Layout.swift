import Partitioning
import RandomStreams

/// Where each node's and link's machines begin among all of their kind.
struct Layout {
  /// By node: the first station, and the first ledger or -1.
  var nodeStations: [Int] = []
  var nodeLedgers: [Int] = []
  /// By node: the first of `Engine.machines`, or -1.
  var nodeMachines: [Int] = []
  /// By link: the first station of each direction, and the first radio or -1.
  var upStations: [Int] = []
  var downStations: [Int] = []
  var radios: [Int] = []
  /// By link and direction: the clock or -1, and the constraint of instance 0 or -1.
  var upClocks: [Int] = []
  var downClocks: [Int] = []
  var upConstraints: [Int] = []
  var downConstraints: [Int] = []
  /// By link: where its machines are counted among `Engine.mediumClients`, or -1.
  var mediumClients: [Int] = []
  /// By cell: its medium.
  var cells: [String: Int] = [:]
  /// By node and by link: the first of its places, or -1.
  var nodePlaces: [Int] = []
  var linkPlaces: [Int] = []
}

extension Engine {
  /// Makes a station of every machine and every direction of every link instance.
  mutating func layOutStations() {
    var radioPowers = [RadioPower](repeating: .none, count: model.links.count)
    var isSource = [Bool](repeating: false, count: model.nodes.count)
    for source in model.sources {
      isSource[source.node] = true
      if let link = source.links.first { radioPowers[link] = source.problem.radio }
    }
    layOutPlaces()
    for (index, node) in model.nodes.enumerated() {
      groups.append(GroupTotals())
      layout.nodeMachines.append(node.traits.isPlain ? -1 : machines.count)
      let hasLedger = isSource[index] && (node.idleWatts > 0 || !node.traits.isPlain)
      let firstLedger = hasLedger ? ledgers.count : -1
      layout.nodeLedgers.append(firstLedger)
      for place in 0..<(firstLedger < 0 ? 0 : node.count) {
        let machine = node.traits.isPlain ? -1 : machines.count + place
        ledgers.append(IdleLedger(servers: node.servers, machine: machine))
      }
      layout.nodeStations.append(addMachines(of: node, group: index, ledger: firstLedger))
    }
    for (index, link) in model.links.enumerated() {
      let instances = model.instances(of: link)
      for _ in 0..<2 { groups.append(GroupTotals()) }
      let group = model.nodes.count + 2 * index
      layout.mediumClients.append(link.discipline == .medium ? mediumClients.count : -1)
      addDirection(.up, of: link, instances, group: group)
      addDirection(.down, of: link, instances, group: group + 1)
      radioTotals.append(
        RadioTotals(
          radioPowers[index], link.hop, uplinkIsTraced: link.uplinkTrace != nil,
          downlinkIsTraced: link.downlinkTrace != nil))
      let hasRadio = radioPowers[index] != .none
      layout.radios.append(hasRadio ? radios.count : -1)
      let firstMachine = model.nodes[link.from].traits.battery == nil ? -1 : layout.nodeMachines[link.from]
      for place in 0..<(hasRadio ? model.nodes[link.from].count : 0) {
        radios.append(RadioLedger(link: index, machine: firstMachine < 0 ? -1 : firstMachine + place))
      }
    }
  }

  /// A station for each machine of a node; returns the first among those of its kind.
  private mutating func addMachines(of node: NodeModel, group: Int, ledger: Int) -> Int {
    if !node.traits.isPlain { return addChangingMachines(of: node, group: group) }
    let first: Int
    switch node.scheduler {
    case .fifo, .priority, .edf: first = queues.count
    case .ps: first = sharings.count
    case .batch: first = batchers.count
    }
    let limit = Int32(clamping: node.queueLimit ?? Int(Int32.max))
    for machine in 0..<node.count {
      let ledger = ledger < 0 ? -1 : ledger + machine
      switch node.scheduler {
      case .fifo: queues.append(QueueStation(servers: node.servers, limit: limit))
      case .priority, .edf:
        queues.append(QueueStation(servers: node.servers, limit: limit, heap: heaps.count))
        heaps.append(KeyHeap())
      case .ps: sharings.append(SharingStation(servers: node.servers, limit: limit, group: group, ledger: ledger))
      case .batch(let maximum, let timeout):
        batchers.append(
          BatchStation(
            servers: Int32(node.servers), maximum: Int32(maximum), limit: limit, timeout: timeout,
            group: Int32(group), ledger: Int32(ledger)))
      }
    }
    return first
  }

  /// Machines whose speed, power or memory changes; returns the first of them, or of their batching stations.
  private mutating func addChangingMachines(of node: NodeModel, group: Int) -> Int {
    let first = machines.count
    let firstBatcher = batchers.count
    for place in 0..<node.count {
      var machine = Machine(node, index: group, place: place)
      if case .batch(let maximum, let timeout) = node.scheduler {
        machine.batcher = Int32(batchers.count)
        batchers.append(
          BatchStation(
            servers: Int32(node.servers), maximum: Int32(maximum), limit: machine.limit, timeout: timeout,
            group: Int32(group), ledger: -1, machine: Int32(machines.count)))
      }
      machines.append(machine)
    }
    return node.scheduler.isBatch ? firstBatcher : first
  }

  /// A station or constraint for one direction of each instance of a link, and its clock.
  private mutating func addDirection(_ direction: Direction, of link: LinkModel, _ instances: Int, group: Int) {
    let trace = direction == .up ? link.uplinkTrace : link.downlinkTrace
    var clock = -1
    if link.hasOwnClocks {
      clock = clocks.count
      for instance in 0..<instances {
        clocks.append(CapacityClock(trace: trace, schedule: model.outages(of: link, instance: instance)))
      }
    } else if trace != nil || (!link.outages.isEmpty && !link.losesInOutages) {
      clock = clocks.count
      clocks.append(CapacityClock(trace: trace, outages: link.losesInOutages ? [] : link.outages))
    }
    func clockIndex(_ instance: Int) -> Int { link.hasOwnClocks ? clock + instance : clock }
    var (station, constraint) = (-1, -1)
    switch link.discipline {
    case .flow:
      for instance in 0..<instances {
        let capacity = link.hop.bitsPerSecond(direction) / 8e9
        let added = flows.addConstraint(capacity: capacity, group: group, clock: clockIndex(instance))
        if instance == 0 { constraint = added }
      }
    case .sharing:
      station = sharings.count
      for instance in 0..<instances {
        sharings.append(
          SharingStation(
            servers: 1, clock: clockIndex(instance), isStepped: trace?.isStepped ?? false, group: group, ledger: -1))
      }
    case .medium:
      // Both directions share it.
      station =
        direction == .up ? addMedium(of: link, group: group, clock: clock) : layout.upStations.last ?? 0
    default:
      station = queues.count
      for _ in 0..<instances { queues.append(QueueStation(servers: 1)) }
    }
    if direction == .up {
      layout.upStations.append(station)
      layout.upClocks.append(clock)
      layout.upConstraints.append(constraint)
    } else {
      layout.downStations.append(station)
      layout.downClocks.append(clock)
      layout.downConstraints.append(constraint)
    }
  }

  /// Prepares a source: its path, its streams, and the placement of a static policy.
  mutating func addSource(_ index: Int) throws {
    let source = model.sources[index]
    let node = model.nodes[source.node]
    recoveries.append(source.recovery ?? Recovery())
    plans.append(
      SourcePlan(
        node: source.node, model: source.model, machines: node.count, firstMachine: arrivals.count,
        ledger: layout.nodeLedgers[source.node], idleJoules: node.idleWatts / Double(node.servers) / 1e9,
        path: pathCounts.count, deadline: source.deadlineNanoseconds ?? .max,
        priority: Int64(source.priority), placement: -1,
        policyStreams: model.streams(of: index, for: "policy"), thinkStreams: model.streams(of: index, for: "think"),
        backoffStreams: model.streams(of: index, for: "backoff")))
    for tier in source.path {
      let node = model.nodes[tier]
      pathCounts.append(Int32(node.count))
      variations.append(
        VariationStreams(
          variation: node.variation, streams: model.streams(of: index, for: "service on \(node.name)")))
    }
    plans[index].leavesEarly = !source.problem.network.exits.isEmpty
    try beginWatching(index)
    if source.policy.isStatic && !plans[index].watches {
      var random = plans[index].policyStreams[0, 0, 0]
      plans[index].placement = try use(source.policy.placement(for: source.problem, using: &random), of: index)
    }
    if let load = source.load {
      plans[index].load = loads.count
      loads.append(LoadRecord(scenario: load, source: index))
    }
    try addArrivals(of: index)
  }
}

extension LinkModel {
  /// Whether each instance pauses at times of its own.
  var hasOwnClocks: Bool { randomOutages != nil && !losesInOutages }

  /// Messages that stream, or share as SimGrid's flows do, are flows over constraints.
  var discipline: Step.Discipline {
    if sharing == .wifi { return .medium }
    guard sharing == .fair else { return .line }
    return hop.streams || hop.transport.isFlow ? .flow : .sharing
  }
}
