import Partitioning
import Simulation
import StrictJSON

extension Scenario {
  /// A connection between two nodes, from the lower one to the upper one.
  public struct Link: Sendable {
    public let name: String
    public let position: SourcePosition?
    public let from: Reference
    public let to: Reference
    /// The rates, or the means of their traces once the scenario's files are read.
    public internal(set) var uplinkMbps: Double
    public internal(set) var downlinkMbps: Double
    /// Files of rates over time.
    public let uplinkTraceFile: TraceFile?
    public let downlinkTraceFile: TraceFile?
    /// What the files say, once they are read.
    public internal(set) var uplinkTrace: RateTrace?
    public internal(set) var downlinkTrace: RateTrace?
    public let rttMilliseconds: Double
    public let sharing: LinkModel.Sharing
    /// Whether all machines of `from` share one link.
    public let isShared: Bool
    /// Of the lower end.
    public let radio: RadioPower
    public let radioPosition: SourcePosition?
    public let transport: Transport
    /// Whether messages pass on to the next such link as they come, instead of being stored.
    public let streams: Bool
    public let streamsPosition: SourcePosition?
    public let serialization: Serialization
    public let outages: [Outage]
    /// Messages are late by up to so much.
    public let jitterMilliseconds: Double
    /// Bytes that may wait in each direction; `nil` for any number.
    public let bufferBytes: Int?

    init(from fields: inout FieldReader) {
      name = fields.name("name", "the link's name")
      position = fields.position(of: "name")
      from = fields.reference("from", "the node at the lower end, nearer to the device")
      to = fields.reference("to", "the node at the upper end")
      let uplink = fields.value("uplink_mbps", "bandwidth away from the device, in 10^6 bit/s", oneOf: Self.rates)
      let downlink = fields.valueIfPresent(
        "downlink_mbps", "bandwidth towards the device, in 10^6 bit/s; that of the uplink where missing",
        oneOf: Self.rates)
      (uplinkMbps, uplinkTraceFile) = uplink
      (downlinkMbps, downlinkTraceFile) = downlink ?? uplink
      if !fields.isPresent("downlink_mbps"), uplink.file == nil { fields.fill("downlink_mbps", .number(uplinkMbps)) }
      rttMilliseconds = fields.double(
        "rtt_ms", default: 0, in: .nonNegative(upTo: 1e7), "round-trip time; every message takes half of it")
      sharing = fields.choice(
        "sharing", default: .fair, "fair: transfers in progress share the rate equally; fifo: one at a time")
      isShared = fields.bool(
        "shared", default: false, "whether all machines at the lower end share one link, or each has its own")
      radio = fields.value(
        "radio", default: "none", "the power of the lower end's radio, on top of the processor's",
        oneOf: Radio.named.map { entry in .word(entry.name) { entry.power } } + [
          .object { .cellular(Radio(from: &$0)) }
        ])
      radioPosition = fields.position(of: "radio")
      transport = fields.value(
        "transport", default: "ideal", "how a message takes the link",
        oneOf: [.kinds("transport", Self.transports)])
      let forwarding = fields.choice(
        "forwarding", default: Forwarding.store,
        "store: each hop receives a message whole before it sends it on; stream: it passes through, at a max-min fair rate"
      )
      streams = forwarding == .stream
      streamsPosition = fields.position(of: "forwarding")
      serialization = Serialization(
        perMessageNanoseconds: 1e3
          * fields.double(
            "per_message_us", default: 0, in: .nonNegative(upTo: 1e9),
            "the processor's time to write a message at one end and to read it at the other, for each"),
        perByteNanoseconds: fields.double(
          "ns_per_byte", default: 0, in: .nonNegative(upTo: 1e6), "the same for each byte of a message"))
      outages = fields.array("outages", required: false, "when the link sends nothing; transfers pause and go on") {
        fields in
        let start = fields.double("at_s", in: .nonNegative(upTo: 1e8), "when the outage begins")
        let length = fields.double("for_s", in: .positive(upTo: 1e8), "how long it takes")
        return Outage(start: ArrivalKinds.nanoseconds(start), end: ArrivalKinds.nanoseconds(start + length))
      }
      jitterMilliseconds = fields.double(
        "jitter_ms", default: 0, in: .nonNegative(upTo: 1e7), "each message is late by up to so much, uniformly")
      bufferBytes = fields.intIfPresent(
        "buffer_bytes", in: 0...1_000_000_000_000,
        "of a fifo link: bytes that may wait in each direction besides the message being sent; more are dropped")
      let isFifo = sharing == .fifo
      if bufferBytes != nil, !isFifo {
        fields.error("on a fair link nobody waits: a buffer needs 'sharing' fifo", at: "buffer_bytes")
      }
      if streams {
        if isFifo { fields.error("a link that streams is shared fairly: 'sharing' must be fair", at: "forwarding") }
        if case .tcp = transport {
          fields.error("slow start is for messages that are stored: 'forwarding' must be store", at: "forwarding")
        }
        if serialization != Serialization() {
          fields.error(
            "no processor reads a message that streams through: 'per_message_us' and 'ns_per_byte' must be 0",
            at: "forwarding")
        }
      }
      if isFifo, transport.isFlow, uplinkTraceFile != nil || downlinkTraceFile != nil {
        fields.error("under a rate trace, flows of '\(transport.kind)' are shared fairly", at: "sharing")
      }
    }

    private enum Forwarding: String, CaseIterable { case store, stream }

    /// A file of rates over time.
    public struct TraceFile: Sendable {
      public let file: Reference
      public let format: TraceFormat
      /// Of a file with a header.
      public let column: String?

      init(from fields: inout FieldReader) {
        file = fields.reference("trace", "the file")
        format = fields.choice(
          "format",
          "mahimahi: a packet's milliseconds a line; pensieve: 'seconds Mbit/s' a line; irish5g: a table with a header")
        column = fields.nameIfPresent(
          "column", "of a table: the rates in kbit/s; UL_bitrate upwards and DL_bitrate downwards where missing")
        if column != nil, format != .irish5g { fields.error("only tables have columns", at: "column") }
      }
    }

    private static let transports = [
      Kind<Transport>("ideal", "queueing, then bytes * 8 / rate, then half the round-trip time") { _ in .ideal },
      Kind("cm02", "SimGrid's CM02: at most 4 MiB a round trip; acknowledgements take 5 % of the way back") { _ in .cm02
      },
      Kind("lv08", "SimGrid's LV08: as cm02 with 13.01 times the latency and 97 % of the rate, a fit for wired grids") {
        _ in .lv08
      },
      Kind("tcp", "slow start: a window that doubles every round trip until it covers rate x round trip") { fields in
        .tcp(
          initialWindow: fields.int("initial_window", default: 10, in: 1...1_000_000, "segments of the first window"),
          segmentBytes: fields.int("mss_bytes", default: 1460, in: 1...1_000_000, "payload of a segment"))
      },
    ]

    /// At a kbit/s a tensor of a gigabyte still takes a number of nanoseconds that fits 64 bits.
    private static var rates: [Alternative<(mbps: Double, file: TraceFile?)>] {
      [
        .number(in: .range(0.001...1e9)) { ($0, nil) },
        .object("an object with a 'trace'") { (0, TraceFile(from: &$0)) },
      ]
    }
  }
}
