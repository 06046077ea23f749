import Partitioning
import StrictJSON

extension Radio {
  /// The radios that a scenario can name.
  ///
  /// Source: Huang et al., "A close examination of performance and power characteristics of 4G LTE networks", MobiSys
  /// 2012 (rates, promotion, tail); AT&T Application Resource Optimizer defaults (idle). The linear fit was measured up to
  /// about 10 Mbit/s: at higher rates it overstates the power.
  static let named: [(name: String, power: RadioPower)] = [
    ("none", .none), ("wifi", .cellular(wifi)), ("lte", .cellular(lte)), ("3g", .cellular(threeG)),
    ("5g", .cellular(fiveG)),
  ]

  private static let wifi = Radio(
    transmitBaseWatts: 0.13286, transmitWattsPerMbps: 0.28317, receiveBaseWatts: 0.13286, receiveWattsPerMbps: 0.13701,
    promotionNanoseconds: 79_100_000, promotionWatts: 0.1244, tailNanoseconds: 238_100_000, tailWatts: 0.1193,
    idleWatts: 0.02, fittedUpToMbps: 10)

  private static let lte = Radio(
    transmitBaseWatts: 1.28804, transmitWattsPerMbps: 0.43839, receiveBaseWatts: 1.28804, receiveWattsPerMbps: 0.05197,
    promotionNanoseconds: 260_100_000, promotionWatts: 1.2107, tailNanoseconds: 11_576_000_000, tailWatts: 1.06,
    // Paging: 43 ms at 0.594 W every 1.28 s.
    idleWatts: 0.02, fittedUpToMbps: 10)

  /// The DCH tail (8.088 s at 0.8039 W) and the FACH tail (0.824 s at 0.6013 W) as one of the same energy.
  private static let threeG = Radio(
    transmitBaseWatts: 0.81788, transmitWattsPerMbps: 0.86898, receiveBaseWatts: 0.81788, receiveWattsPerMbps: 0.12212,
    promotionNanoseconds: 582_100_000, promotionWatts: 0.6594, tailNanoseconds: 8_912_000_000, tailWatts: 0.78517,
    idleWatts: 0, fittedUpToMbps: 10)

  /// An estimate, not a measurement: a higher base and flatter slopes than LTE's, promotion and tail about as LTE's.
  private static let fiveG = Radio(
    transmitBaseWatts: 2, transmitWattsPerMbps: 0.03, receiveBaseWatts: 2, receiveWattsPerMbps: 0.0135,
    promotionNanoseconds: 260_100_000, promotionWatts: 1.2107, tailNanoseconds: 10_500_000_000, tailWatts: 1.1,
    idleWatts: 0.03)

  /// A radio of one's own; what is not given is zero.
  init(from fields: inout FieldReader) {
    func watts(_ key: String, _ help: String, _ fields: inout FieldReader) -> Double {
      fields.double(key, default: 0, in: .nonNegative(upTo: 1e6), help)
    }
    func nanoseconds(_ key: String, _ help: String, _ fields: inout FieldReader) -> Int64 {
      Int64((fields.double(key, default: 0, in: .nonNegative(upTo: 1e6), help) * 1e9).rounded())
    }
    self.init(
      transmitBaseWatts: watts("tx_base_w", "power while sending, at rate 0", &fields),
      transmitWattsPerMbps: watts("tx_w_per_mbps", "power while sending, more for each Mbit/s", &fields),
      receiveBaseWatts: watts("rx_base_w", "power while receiving, at rate 0", &fields),
      receiveWattsPerMbps: watts("rx_w_per_mbps", "power while receiving, more for each Mbit/s", &fields),
      promotionNanoseconds: nanoseconds("promotion_s", "time to wake up before a transfer", &fields),
      promotionWatts: watts("promotion_w", "power while waking up", &fields),
      tailNanoseconds: nanoseconds("tail_s", "time awake after the last transfer", &fields),
      tailWatts: watts("tail_w", "power in the tail", &fields),
      idleWatts: watts("idle_w", "power while asleep", &fields),
      fittedUpToMbps: fields.doubleIfPresent(
        "fitted_up_to_mbps", in: .positive(upTo: 1e6),
        "where the line was measured up to: higher rates take the power of this one"))
    isClamped = fittedUpToMbps != nil
  }
}
