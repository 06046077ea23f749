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
    /// What messages contend for, under `wifi`.
    public let medium: AirtimeMedium?
    public let sharingPosition: SourcePosition?
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
    public let randomOutages: RandomOutages?
    /// Whether an outage loses what is on the link, in place of pausing it.
    public let losesInOutages: Bool
    public let loss: MessageLoss?
    public let energy: LinkEnergy
    /// How long a TCP connection may rest that messages use one after another; `nil` where each message has its own.
    public let longestRestMilliseconds: Double?
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
      (sharing, medium) = fields.value(
        "sharing", default: "fair", "who gets how much of the rate", oneOf: [.kinds("sharing", SharingKinds.all)])
      sharingPosition = fields.position(of: "sharing")
      let isWifi = sharing == .wifi
      isShared =
        fields.bool(
          "shared", default: isWifi,
          "whether all machines at the lower end share one link (those of a wifi do), or each has its own")
      if isWifi, !isShared { fields.error("all machines at the lower end share a wifi", at: "shared") }
      radio = fields.value(
        "radio", default: "none", "the power of the lower end's radio, on top of the processor's",
        oneOf: Radio.named.map { entry in .word(entry.name) { entry.power } } + [
          .object { .cellular(Radio(from: &$0)) }
        ])
      radioPosition = fields.position(of: "radio")
      let way = fields.value(
        "transport", default: "ideal", "how a message takes the link",
        oneOf: [.kinds("transport", Self.transports)])
      transport = way.transport
      longestRestMilliseconds = way.isKept ? way.restMilliseconds ?? rttMilliseconds + 200 : nil
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
      let outageFields = OutageFields(from: &fields, "when the link sends nothing")
      outages = outageFields.outages
      randomOutages = outageFields.random
      losesInOutages =
        fields.choice(
          "on_outage", default: OutageEffect.pause,
          "pause: transfers wait and go on; lose: what is on the link, or comes, is lost") == .lose
        && (!outages.isEmpty || randomOutages != nil)
      let loss = fields.value(
        "loss", default: 0, "the probability that a message does not arrive", oneOf: MessageLoss.alternatives)
      self.loss = loss.perMessage > 0 || loss.perPacket > 0 ? loss : nil
      energy = LinkEnergy(
        uplinkJoulesPerBit: 1e-9
          * fields.double(
            "uplink_nj_per_bit", default: 0, in: .nonNegative(upTo: 1e9),
            "energy that the link itself takes for a bit upwards, in 10^-9 J"),
        downlinkJoulesPerBit: 1e-9
          * fields.double("downlink_nj_per_bit", default: 0, in: .nonNegative(upTo: 1e9), "the same downwards"),
        joulesPerMessage: 1e-3
          * fields.double(
            "mj_per_message", default: 0, in: .nonNegative(upTo: 1e9), "the same for a message, in 10^-3 J"))
      jitterMilliseconds = fields.double(
        "jitter_ms", default: 0, in: .nonNegative(upTo: 1e7), "each message is late by up to so much, uniformly")
      bufferBytes = fields.intIfPresent(
        "buffer_bytes", in: 0...1_000_000_000_000,
        "of a fifo link: bytes that may wait in each direction besides the message being sent; more are dropped")
      let isFifo = sharing == .fifo
      if bufferBytes != nil, !isFifo {
        fields.error(
          "on a \(isWifi ? "wifi" : "fair") link nobody waits: a buffer needs 'sharing' fifo", at: "buffer_bytes")
      }
      if isWifi {
        if transport != .ideal { fields.error("on a wifi the 'transport' must be ideal", at: "transport") }
        if streams { fields.error("over a wifi messages do not stream: 'forwarding' must be store", at: "forwarding") }
        if uplinkTraceFile != nil || downlinkTraceFile != nil {
          fields.error("a wifi has no trace: its rates are those of its stations", at: "sharing")
        }
      }
      if streams, losesInOutages {
        fields.error("what streams pauses in outages: 'on_outage' must be pause", at: "on_outage")
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

    private enum OutageEffect: String, CaseIterable { case pause, lose }

    /// A transport, and whether and how long its connections are kept.
    private struct Way {
      var transport: Transport
      var isKept = false
      var restMilliseconds: Double?
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
      Kind<Way>("ideal", "queueing, then bytes * 8 / rate, then half the round-trip time") { _ in
        Way(transport: .ideal)
      },
      Kind("cm02", "SimGrid's CM02: at most 4 MiB a round trip; acknowledgements take 5 % of the way back") { _ in
        Way(transport: .cm02)
      },
      Kind("lv08", "SimGrid's LV08: as cm02 with 13.01 times the latency and 97 % of the rate, a fit for wired grids") {
        _ in Way(transport: .lv08)
      },
      Kind("tcp", "slow start: a window that doubles every round trip until it covers rate x round trip") { fields in
        let transport = Transport.tcp(
          initialWindow: fields.int("initial_window", default: 10, in: 1...1_000_000, "segments of the first window"),
          segmentBytes: fields.int("mss_bytes", default: 1460, in: 1...1_000_000, "payload of a segment"))
        let connection = fields.choice(
          "connection", default: Connection.message,
          "message: each begins with the first window; kept: a machine's messages in one direction use one connection")
        let rest = fields.doubleIfPresent(
          "idle_restart_ms", in: .nonNegative(upTo: 1e9),
          "of a kept connection: after a longer rest it begins with the first window again; rtt + 200 ms where missing")
        if rest != nil, connection == .message {
          fields.error("only a kept connection rests: 'connection' must be kept", at: "idle_restart_ms")
        }
        return Way(transport: transport, isKept: connection == .kept, restMilliseconds: rest)
      },
    ]

    private enum Connection: String, CaseIterable { case message, kept }

    /// At a kbit/s a tensor of a gigabyte still takes a number of nanoseconds that fits 64 bits.
    private static var rates: [Alternative<(mbps: Double, file: TraceFile?)>] {
      [
        .number(in: .range(0.001...1e9)) { ($0, nil) },
        .object("an object with a 'trace'") { (0, TraceFile(from: &$0)) },
      ]
    }
  }
}
