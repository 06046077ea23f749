/// The power of a device's radio, in watts on top of the processor's.
public enum RadioPower: Sendable, Hashable {
  case none
  /// Constant additions while sending and receiving: a cost table's `tx` and `rx` less its `idle`.
  case constant(transmitWatts: Double, receiveWatts: Double)
  /// A radio that is promoted to send or receive and lingers in a tail afterwards.
  case cellular(Radio)

  /// What sending (up) or receiving (down) at a rate adds to the device's power, in watts.
  public func addedWatts(_ direction: Direction, bitsPerSecond: Double) -> Double {
    switch (self, direction) {
    case (.none, _): 0
    case (.constant(let transmit, _), .up): transmit
    case (.constant(_, let receive), .down): receive
    case (.cellular(let radio), .up):
      radio.transmitBaseWatts + radio.transmitWattsPerMbps * radio.countedMbps(bitsPerSecond / 1e6)
    case (.cellular(let radio), .down):
      radio.receiveBaseWatts + radio.receiveWattsPerMbps * radio.countedMbps(bitsPerSecond / 1e6)
    }
  }

  /// Of `addedWatts`, what does not depend on the rate.
  public func baseWatts(_ direction: Direction) -> Double { addedWatts(direction, bitsPerSecond: 0) }

  /// The radio, where it wakes and lingers.
  public var cellular: Radio? { if case .cellular(let radio) = self { radio } else { nil } }
}

/// A radio with promotion and tail whose power is linear in the rate.
///
/// Power while sending is `transmitBaseWatts + transmitWattsPerMbps * rate`. A transfer that finds the radio idle waits
/// for the promotion; after the last activity the radio stays in the tail, in which a transfer needs no promotion.
/// Source: Huang et al., "A close examination of performance and power characteristics of 4G LTE networks", MobiSys 2012.
public struct Radio: Sendable, Hashable {
  public var transmitBaseWatts: Double
  public var transmitWattsPerMbps: Double
  public var receiveBaseWatts: Double
  public var receiveWattsPerMbps: Double
  public var promotionNanoseconds: Int64
  public var promotionWatts: Double
  public var tailNanoseconds: Int64
  public var tailWatts: Double
  /// Booked to idling, never to a request.
  public var idleWatts: Double
  /// The rate up to which the linear power was measured; `nil` where that is not known.
  public var fittedUpToMbps: Double?
  /// Whether higher rates take the power of that one, instead of what the line would give.
  public var isClamped = false

  /// The rate that the power is counted for.
  public func countedMbps(_ mbps: Double) -> Double {
    guard isClamped, let limit = fittedUpToMbps else { return mbps }
    return min(mbps, limit)
  }

  public init(
    transmitBaseWatts: Double, transmitWattsPerMbps: Double, receiveBaseWatts: Double, receiveWattsPerMbps: Double,
    promotionNanoseconds: Int64, promotionWatts: Double, tailNanoseconds: Int64, tailWatts: Double, idleWatts: Double,
    fittedUpToMbps: Double? = nil
  ) {
    self.transmitBaseWatts = transmitBaseWatts
    self.transmitWattsPerMbps = transmitWattsPerMbps
    self.receiveBaseWatts = receiveBaseWatts
    self.receiveWattsPerMbps = receiveWattsPerMbps
    self.promotionNanoseconds = promotionNanoseconds
    self.promotionWatts = promotionWatts
    self.tailNanoseconds = tailNanoseconds
    self.tailWatts = tailWatts
    self.idleWatts = idleWatts
    self.fittedUpToMbps = fittedUpToMbps
  }
}
