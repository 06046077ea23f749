/// What a link itself takes for what it carries: base stations, routers and cables, not the device's radio.
public struct LinkEnergy: Sendable, Hashable {
  public var uplinkJoulesPerBit: Double
  public var downlinkJoulesPerBit: Double
  public var joulesPerMessage: Double

  public init(uplinkJoulesPerBit: Double = 0, downlinkJoulesPerBit: Double = 0, joulesPerMessage: Double = 0) {
    self.uplinkJoulesPerBit = uplinkJoulesPerBit
    self.downlinkJoulesPerBit = downlinkJoulesPerBit
    self.joulesPerMessage = joulesPerMessage
  }

  /// Of messages with so many bytes in all.
  public func joules(bytes: Double, messages: Double, _ direction: Direction) -> Double {
    8 * bytes * (direction == .up ? uplinkJoulesPerBit : downlinkJoulesPerBit) + messages * joulesPerMessage
  }
}
