/// How a message takes a link, beyond its bytes and the link's rate.
public enum Transport: Sendable, Hashable {
  /// bytes * 8 / rate, then half the round-trip time.
  case ideal
  /// SimGrid's CM02: no more than gamma / (2 latency) bytes a second, a long latency weighs in the sharing, and the
  /// acknowledgements take 5 % of the rate on the way back.
  case cm02
  /// SimGrid's LV08: as CM02 with 13.01 times the latency and 97 % of the rate, factors fitted to packet simulations.
  ///
  /// Source: Velho, Legrand, "Accuracy study and improvement of network simulation in the SimGrid framework", SIMUTools
  /// 2009. The factor 13.01 is a fit for wired grids.
  case lv08
  /// TCP's slow start: a window of `initialWindow` segments doubles every round trip while it is smaller than rate x
  /// round trip; then the rest flows at the link's rate.
  ///
  /// Source: RFC 5681, RFC 6928 (a first window of ten segments).
  case tcp(initialWindow: Int, segmentBytes: Int)

  /// The name that scenarios use.
  public var kind: String {
    switch self {
    case .ideal: "ideal"
    case .cm02: "cm02"
    case .lv08: "lv08"
    case .tcp: "tcp"
    }
  }

  /// What the latency is multiplied with.
  public var latencyFactor: Double { self == .lv08 ? 13.01 : 1 }

  /// The part of a share of the rate that is payload.
  public var goodput: Double { self == .lv08 ? 0.97 : 1 }

  /// Whether transfers share as SimGrid's flows do.
  public var isFlow: Bool { self == .cm02 || self == .lv08 }

  /// The part of a flow's rate that its acknowledgements take of the other direction.
  public static let acknowledgement = 0.05

  /// The weight of a link's rate in a flow's round-trip penalty, in bytes.
  public var penaltyBytes: Double { self == .lv08 ? 20537 : 0 }

  /// The most that a flow over a latency can have, in bytes per second; infinite where nothing limits it.
  public func bound(latencySeconds: Double) -> Double {
    isFlow && latencySeconds > 0 ? 4_194_304 / (2 * latencySeconds) : .infinity
  }
}

/// What it costs a processor to write a message to the wire, or to read one.
public struct Serialization: Sendable, Hashable {
  public var perMessageNanoseconds: Double
  public var perByteNanoseconds: Double

  public init(perMessageNanoseconds: Double = 0, perByteNanoseconds: Double = 0) {
    self.perMessageNanoseconds = perMessageNanoseconds
    self.perByteNanoseconds = perByteNanoseconds
  }

  /// The processor's time for one message, rounded to nanoseconds.
  public func nanoseconds(bytes: Int) -> Int64 {
    .nanoseconds(perMessageNanoseconds + perByteNanoseconds * Double(bytes))
  }
}
