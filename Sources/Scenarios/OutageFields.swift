import Simulation
import StrictJSON

/// When a link or a machine is down: `outages` at given times, and at random by `mtbf_s` and `mttr_s`.
struct OutageFields {
  let outages: [Outage]
  let random: RandomOutages?

  init(from fields: inout FieldReader, _ meaning: String) {
    outages = fields.array("outages", required: false, meaning) { fields in
      let start = fields.double("at_s", in: .nonNegative(upTo: 1e8), "when it begins")
      let length = fields.doubleIfPresent(
        "for_s", in: .positive(upTo: 1e8), "how long it takes; for ever where missing")
      return Outage(
        start: ArrivalKinds.nanoseconds(start), end: length.map { ArrivalKinds.nanoseconds(start + $0) } ?? .max)
    }
    let up = fields.doubleIfPresent(
      "mtbf_s", in: .range(1e-6...1e9), "mean time from the end of an outage to the next at random, exponential")
    let down = fields.doubleIfPresent(
      "mttr_s", in: .range(1e-6...1e9), "mean time that an outage at random takes, exponential")
    if (up == nil) != (down == nil), fields.isPresent("mtbf_s") != fields.isPresent("mttr_s") {
      fields.error(
        "'mtbf_s' and 'mttr_s' belong together", at: fields.isPresent("mtbf_s") ? "mtbf_s" : "mttr_s")
    }
    if let up, let down {
      random = RandomOutages(meanUpNanoseconds: up * 1e9, meanDownNanoseconds: down * 1e9)
    } else {
      random = nil
    }
  }
}

extension MessageLoss {
  /// A probability of each message, or one of each packet.
  static var alternatives: [Alternative<MessageLoss>] {
    [
      .number(in: .fraction) { MessageLoss(perMessage: $0) },
      .object("an object with 'per_message' or 'per_packet'") { fields in
        MessageLoss(
          perMessage: fields.double("per_message", default: 0, in: .fraction, "the probability that a message is lost"),
          perPacket: fields.double(
            "per_packet", default: 0, in: .fraction,
            "the probability that a packet is lost, and with it its message, independently"),
          packetBytes: fields.int("packet_bytes", default: 1500, in: 1...1_000_000_000, "bytes of a packet"))
      },
    ]
  }
}
