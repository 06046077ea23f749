import Simulation

/// One request with the keys of the rows it refers to.
struct RequestRow {
  var id: Int64
  var run: Int64
  var source: Int64
  var model: Int64
  var placement: Int64
  var record: RequestRecord
  /// What only some scenarios have; `nil` for the usual.
  var extras: RequestExtras?
}

extension Tables {
  /// By far the largest table: a row costs 200 bytes and two microseconds.
  static let request = Table<RequestRow>(
    "request", "one row per request of the measured window",
    [
      .key("request_id", "counts all requests of the file") { $0.id },
      .reference("run_id", to: "run", "the run it belongs to") { $0.run },
      .integer("sequence", "counts the run's requests by arrival, from 0; equal across policies") {
        $0.record.sequence
      },
      .reference("source_id", to: "source", "where it began") { $0.source },
      .integer("machine", "which of the source node's machines it began on, from 0") { Int64($0.record.machine) },
      .reference("model_id", to: "model", "the network it is for") { $0.model },
      .reference("placement_id", to: "placement", "where its layers ran") { $0.placement },
      .word("outcome", "completed, fell_back (to the device), dropped, timed_out, lost, depleted or unfinished") {
        $0.record.outcome.word
      },
      .integer("deadline_missed", "1 if it ended later than its deadline") { $0.record.missedDeadline ? 1 : 0 },
      .real("arrival_s", "when it arrived") { Double($0.record.arrival) / 1e9 },
      .optionalReal("latency_ms", "arrival to end; NULL unless completed or fell_back") {
        $0.record.outcome.isAnswered ? Double($0.record.latency) / 1e6 : nil
      },
      .milliseconds("device_compute_ms", "computing on the device") { $0.record.deviceCompute },
      .milliseconds("device_queue_ms", "waiting for the device") { $0.record.deviceQueue },
      .milliseconds("serialize_ms", "(de)serialising at both ends") { $0.record.serialize },
      .milliseconds("uplink_ms", "waiting for, sending and propagation of what went up") { $0.record.uplink },
      .milliseconds("edge_compute_ms", "computing on edge nodes") { $0.record.edgeCompute },
      .milliseconds("edge_queue_ms", "waiting for edge nodes") { $0.record.edgeQueue },
      .milliseconds("cloud_compute_ms", "computing in the cloud") { $0.record.cloudCompute },
      .milliseconds("cloud_queue_ms", "waiting for the cloud") { $0.record.cloudQueue },
      .milliseconds("downlink_ms", "waiting for, sending and propagation of what came down") { $0.record.downlink },
      .optionalReal(
        "regret_ms", "what its placement takes alone, on the links as they are, above the clairvoyant plan's"
      ) {
        $0.record.regret < 0 ? nil : Double($0.record.regret) / 1e6
      },
      .integer("bytes_up", "sent over the device's own link") { $0.record.bytesUp },
      .integer("bytes_down", "received over the device's own link") { $0.record.bytesDown },
      .real("device_energy_j", "the device's joules booked to it: the five parts that follow") {
        $0.record.deviceJoules
      },
      .real("compute_energy_j", "device: computing") { $0.record.deviceComputeJoules },
      .real("transmit_energy_j", "device: sending") { $0.record.transmitJoules },
      .real("receive_energy_j", "device: receiving") { $0.record.receiveJoules },
      .real("wait_energy_j", "device: its share of idling while it waits for others") { $0.record.waitJoules },
      .real("radio_overhead_energy_j", "device: promotion and tail of the radio") { $0.record.radioOverheadJoules },
      .integer("cold_starts", "visits to nodes that had to load weights first") { Int64($0.record.coldStarts) },
      .real("server_energy_j", "all other nodes: (busy power / servers) x service time") { $0.record.serverJoules },
      .integer("attempts", "1 and the retries") { Int64($0.extras?.attempts ?? 1) },
      .integer("timeouts", "attempts that took too long") { Int64($0.extras?.timeouts ?? 0) },
      .milliseconds("retry_ms", "of the latency, failed attempts and the waits after them; no other part has any of it")
      {
        $0.extras?.retry ?? 0
      },
      .milliseconds("wasted_ms", "of failed attempts: computing, reading and writing on all machines") {
        $0.extras?.wasted ?? 0
      },
      .integer("wasted_bytes", "of bytes_up and bytes_down, those of failed attempts") { $0.extras?.wastedBytes ?? 0 },
      .real("wasted_energy_j", "of all joules, those of failed attempts and the waits after them") {
        $0.extras?.wastedJoules ?? 0
      },
      .real("link_energy_j", "of the links, by bits and messages") { $0.extras?.linkJoules ?? 0 },
    ])
}

extension RequestRecord.Outcome {
  var word: StaticString {
    switch self {
    case .completed: "completed"
    case .dropped: "dropped"
    case .unfinished: "unfinished"
    case .fellBack: "fell_back"
    case .timedOut: "timed_out"
    case .lost: "lost"
    case .depleted: "depleted"
    }
  }
}
