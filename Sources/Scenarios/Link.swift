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
    public let uplinkMbps: Double
    public let downlinkMbps: Double
    public let rttMilliseconds: Double
    public let sharing: LinkModel.Sharing
    /// Whether all machines of `from` share one link.
    public let isShared: Bool
    /// Of the lower end.
    public let radio: RadioPower
    public let radioPosition: SourcePosition?

    init(from fields: inout FieldReader) {
      name = fields.name("name", "the link's name")
      position = fields.position(of: "name")
      from = fields.reference("from", "the node at the lower end, nearer to the device")
      to = fields.reference("to", "the node at the upper end")
      uplinkMbps = fields.value(
        "uplink_mbps", "bandwidth away from the device, in 10^6 bit/s", oneOf: Self.rates)
      let downlink = fields.valueIfPresent(
        "downlink_mbps", "bandwidth towards the device, in 10^6 bit/s; that of the uplink where missing",
        oneOf: Self.rates)
      downlinkMbps = downlink ?? uplinkMbps
      if !fields.isPresent("downlink_mbps") { fields.fill("downlink_mbps", .number(uplinkMbps)) }
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
      fields.value(
        "transport", default: "ideal", "how a message takes the link",
        oneOf: [.kinds("transport", Self.transports, notYet: ["lv08", "cm02", "tcp"])])
      _ = fields.choice(
        "forwarding", default: Forwarding.store, notYet: ["stream"],
        "store: each hop receives a message whole before it sends it on")
      fields.notYet("per_message_us", neutral: 0)
      fields.notYet("ns_per_byte", neutral: 0)
      fields.notYet("outages", neutral: [])
    }

    private enum Forwarding: String, CaseIterable { case store }

    private static let transports = [
      Kind<Void>("ideal", "queueing, then bytes * 8 / rate, then half the round-trip time") { _ in }
    ]

    /// At a kbit/s a tensor of a gigabyte still takes a number of nanoseconds that fits 64 bits.
    private static var rates: [Alternative<Double>] {
      [.number(in: .range(0.001...1e9)) { $0 }, .notYet("rate traces are not supported yet; a number is")]
    }
  }
}
