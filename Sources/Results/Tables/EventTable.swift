import Simulation

/// One step of a request with the keys of the rows it refers to.
struct EventRow {
  var id: Int64
  var run: Int64
  var node: Int64?
  var link: Int64?
  var record: StepRecord
}

extension Tables {
  static let event = Table<EventRow>(
    "event", "one row per step of a request, in the order in which they end; only under --record events",
    [
      .key("event_id", "counts all events of the file") { $0.id },
      .reference("run_id", to: "run", "the run it belongs to") { $0.run },
      .integer("sequence", "the request, as in request.sequence") { $0.record.sequence },
      .word("kind", "compute, serialize, uplink or downlink") { $0.record.kind.word },
      .optionalReference("node_id", to: "node", "the node that computed; NULL for a message") { $0.node },
      .optionalReference("link_id", to: "link", "the link of the message; NULL for a visit") { $0.link },
      .real("begin_s", "when the request came to the node or link") { Double($0.record.begin) / 1e9 },
      .real("end_s", "when it left, propagation included") { Double($0.record.end) / 1e9 },
      .milliseconds("work_ms", "of that, computing or sending at full speed") { $0.record.work },
      .integer("bytes", "of the message") { $0.record.bytes },
    ])
}

extension StepRecord.Kind {
  fileprivate var word: StaticString {
    switch self {
    case .compute: "compute"
    case .serialize: "serialize"
    case .uplink: "uplink"
    case .downlink: "downlink"
    }
  }
}
