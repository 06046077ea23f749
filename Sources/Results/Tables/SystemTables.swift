import Simulation

struct NodeRow {
  var id: Int64
  var scenario: String
  var node: NodeModel
}

struct LinkRow {
  var id: Int64
  var scenario: String
  var firstNode: Int64
  var link: LinkModel
}

struct SourceRow {
  var id: Int64
  var scenario: String
  var node: Int64
  var model: Int64
  var source: SourceModel
}

extension Tables {
  static let node = Table<NodeRow>(
    "node", "a machine, or several of one kind",
    [
      .key("node_id", "in the order of the scenario") { $0.id },
      .text("scenario", "the scenario it belongs to") { $0.scenario },
      .text("name", "its name there") { $0.node.name },
      .text("tier", "device, edge or cloud") { $0.node.role.rawValue },
      .integer("machines", "how many independent ones") { Int64($0.node.count) },
      .integer("servers", "how many requests each can serve at once") { Int64($0.node.servers) },
      .text("scheduler", "who is served next") { $0.node.scheduler.kind },
      .real("idle_power_w", "of one machine without work") { $0.node.idleWatts },
      .real("busy_power_w", "of one machine with every server busy") { $0.node.busyWatts },
    ])

  static let link = Table<LinkRow>(
    "link", "a link between two nodes",
    [
      .key("link_id", "in the order of the scenario") { $0.id },
      .text("scenario", "the scenario it belongs to") { $0.scenario },
      .text("name", "its name there") { $0.link.name },
      .reference("from_node_id", to: "node", column: "node_id", "the end nearer to the device") {
        $0.firstNode + Int64($0.link.from)
      },
      .reference("to_node_id", to: "node", column: "node_id", "the other end") { $0.firstNode + Int64($0.link.to) },
      .real("uplink_mbps", "rate upwards, 10^6 bit/s") { $0.link.hop.uplinkBitsPerSecond / 1e6 },
      .real("downlink_mbps", "rate downwards, 10^6 bit/s") { $0.link.hop.downlinkBitsPerSecond / 1e6 },
      .milliseconds("rtt_ms", "round-trip time") { 2 * $0.link.hop.propagationNanoseconds },
      .text("sharing", "fair, fifo or wifi") { $0.link.sharing.rawValue },
      .integer("shared", "1 if all machines of from_node_id share one") { $0.link.isShared ? 1 : 0 },
    ])

  static let source = Table<SourceRow>(
    "source", "where requests for a model begin",
    [
      .key("source_id", "in the order of the scenario's workload") { $0.id },
      .text("scenario", "the scenario it belongs to") { $0.scenario },
      .reference("node_id", to: "node", "where they begin") { $0.node },
      .reference("model_id", to: "model", "the network they are for") { $0.model },
      .text("arrivals", "kind of the arrival process") { $0.source.arrivals.kind },
      .optionalReal("deadline_ms", "from arrival to end; NULL where there is none") {
        $0.source.deadlineNanoseconds.map { Double($0) / 1e6 }
      },
    ])
}

extension Arrivals {
  /// The name that scenarios use.
  var kind: String {
    switch self {
    case .poisson: "poisson"
    case .periodic: "periodic"
    case .trace: "trace"
    case .closed: "closed"
    case .mmpp: "mmpp"
    case .diurnal: "diurnal"
    }
  }
}
