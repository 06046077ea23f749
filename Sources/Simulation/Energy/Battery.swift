/// What a machine and its radio can use before it stops for good.
public struct Battery: Sendable, Hashable {
  public var joules: Double

  public init(joules: Double) { self.joules = joules }
}

/// One machine's battery, in units of 10^-21 J: picowatts x nanoseconds.
struct Charge {
  private(set) var left: Int128
  /// Power of the machine's radio, in picowatts: what is in proportion to the rate counted at the link's full rate.
  var radioPower: Int128 = 0
  /// What the radio takes while it sleeps.
  var idleRadioPower: Int128 = 0
  /// Of it, by direction, what is in proportion to the rate.
  var ratePower: (up: Int128, down: Int128) = (0, 0)
  /// What was taken for the rates of the messages that are being sent, and what those that ended should have taken.
  private var estimate: (up: Int128, down: Int128) = (0, 0)
  private var actual: (up: Int128, down: Int128) = (0, 0)

  init(_ battery: Battery) { left = .energy(joules: battery.joules) }

  mutating func drain(_ power: Int128, for nanoseconds: Int64) {
    left -= (power + radioPower) * Int128(nanoseconds)
    estimate.up += ratePower.up * Int128(nanoseconds)
    estimate.down += ratePower.down * Int128(nanoseconds)
  }

  /// A message has been sent, at whatever rate; the last of its direction gives back what it did not need.
  mutating func sent(joules: Double, isUp: Bool, isLast: Bool) {
    if isUp { actual.up += .energy(joules: joules) } else { actual.down += .energy(joules: joules) }
    guard isLast else { return }
    if isUp {
      left += estimate.up - actual.up
      (estimate.up, actual.up) = (0, 0)
    } else {
      left += estimate.down - actual.down
      (estimate.down, actual.down) = (0, 0)
    }
  }

  /// How long it lasts at a machine's power; `nil` for ever.
  func nanoseconds(at power: Int128) -> Int64? {
    let power = power + radioPower
    guard power > 0 else { return nil }
    let time = (max(0, left) + power - 1) / power
    return time < Int128(SharingStation.workLimit) * 16 ? Int64(time) : nil
  }

  mutating func empty() { left = 0 }

  /// The radio's tail is over.
  mutating func sleepRadio() { radioPower = idleRadioPower }
}

extension Int128 {
  /// Watts in picowatts.
  static func power(watts: Double) -> Int128 { Int128((watts * 1e12).rounded()) }

  /// Joules in picowatts x nanoseconds.
  static func energy(joules: Double) -> Int128 { Int128((joules * 1e21).rounded()) }

  /// Of picowatts x nanoseconds.
  var joules: Double { Double(self) * 1e-21 }
}
