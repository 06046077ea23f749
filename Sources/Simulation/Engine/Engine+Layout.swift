import Partitioning
import RandomStreams

/// Where each node's and link's machines begin among all of their kind.
struct Layout {
  /// By node: the first station, and the first ledger or -1.
  var nodeStations: [Int] = []
  var nodeLedgers: [Int] = []
  /// By link: the first station of each direction, and the first radio or -1.
  var upStations: [Int] = []
  var downStations: [Int] = []
  var radios: [Int] = []
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
    for (index, node) in model.nodes.enumerated() {
      groups.append(GroupTotals())
      let firstLedger = isSource[index] && node.idleWatts > 0 ? ledgers.count : -1
      layout.nodeLedgers.append(firstLedger)
      for _ in 0..<(firstLedger < 0 ? 0 : node.count) { ledgers.append(IdleLedger(servers: node.servers)) }
      layout.nodeStations.append(
        addStations(
          node.count, servers: node.servers, areShared: node.scheduler == .ps, group: index, ledger: firstLedger))
    }
    for (index, link) in model.links.enumerated() {
      let instances = model.instances(of: link)
      for _ in 0..<2 { groups.append(GroupTotals()) }
      let group = model.nodes.count + 2 * index
      let isFair = link.sharing == .fair
      layout.upStations.append(addStations(instances, servers: 1, areShared: isFair, group: group, ledger: -1))
      layout.downStations.append(addStations(instances, servers: 1, areShared: isFair, group: group + 1, ledger: -1))
      radioTotals.append(RadioTotals(radioPowers[index], link.hop))
      let hasRadio = radioPowers[index] != .none
      layout.radios.append(hasRadio ? radios.count : -1)
      for _ in 0..<(hasRadio ? model.nodes[link.from].count : 0) { radios.append(RadioLedger(link: index)) }
    }
  }

  private mutating func addStations(_ count: Int, servers: Int, areShared: Bool, group: Int, ledger: Int) -> Int {
    let first = areShared ? sharings.count : queues.count
    for machine in 0..<count {
      if areShared {
        let ledger = ledger < 0 ? -1 : ledger + machine
        sharings.append(SharingStation(servers: servers, group: group, ledger: ledger))
      } else {
        queues.append(QueueStation(servers: servers))
      }
    }
    return first
  }

  /// Prepares a source: its path, its streams, and the placement of a static policy.
  mutating func addSource(_ index: Int) throws {
    let source = model.sources[index]
    let node = model.nodes[source.node]
    plans.append(
      SourcePlan(
        node: source.node, model: source.model, machines: node.count, firstMachine: arrivals.count,
        ledger: layout.nodeLedgers[source.node], idleJoules: node.idleWatts / Double(node.servers) / 1e9,
        path: pathCounts.count, deadline: source.deadlineNanoseconds ?? .max, placement: -1,
        policyStreams: model.streams(of: index, for: "policy"), thinkStreams: model.streams(of: index, for: "think")))
    for tier in source.path {
      let node = model.nodes[tier]
      pathCounts.append(Int32(node.count))
      variations.append(
        VariationStreams(
          variation: node.variation, streams: model.streams(of: index, for: "service on \(node.name)")))
    }
    if source.policy.isStatic {
      var random = plans[index].policyStreams[0, 0, 0]
      plans[index].placement = try use(source.policy.placement(for: source.problem, using: &random), of: index)
    }
    try addArrivals(of: index)
  }
}
