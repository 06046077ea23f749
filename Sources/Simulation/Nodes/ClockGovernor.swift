/// A governor of the processor's frequency: up one level at a time while there is work, down while there is none.
public struct ClockGovernor: Sendable, Hashable {
  /// A frequency, as its share of the one that compute times are for, and the whole power at it.
  public struct Level: Sendable, Hashable {
    public var speed: Double
    public var idleWatts: Double
    public var busyWatts: Double

    public init(speed: Double, idleWatts: Double, busyWatts: Double) {
      self.speed = speed
      self.idleWatts = idleWatts
      self.busyWatts = busyWatts
    }
  }

  /// From the slowest, at which a machine begins, to the fastest.
  public var levels: [Level]
  /// From level to level while there is work; 0 goes to the fastest at once.
  public var rampNanoseconds: Int64
  /// From level to level downwards while there is none; 0 goes to the slowest at once.
  public var decayNanoseconds: Int64

  public init(levels: [Level], rampNanoseconds: Int64, decayNanoseconds: Int64) {
    self.levels = levels
    self.rampNanoseconds = rampNanoseconds
    self.decayNanoseconds = decayNanoseconds
  }

  var isPossible: Bool {
    !levels.isEmpty && zip(levels, levels.dropFirst()).allSatisfy { $0.speed < $1.speed }
      && levels.allSatisfy { (1e-3...1e3).contains($0.speed) && $0.idleWatts.isPower && $0.busyWatts.isPower }
      && (0..<SharingStation.workLimit).contains(rampNanoseconds)
      && (0..<SharingStation.workLimit).contains(decayNanoseconds)
  }

  /// The fastest level within a limit, the slowest where all are above it.
  func highest(upTo speed: Double) -> Int { levels.lastIndex { $0.speed <= speed } ?? 0 }
}

extension Double {
  /// Whether it can be a power in watts.
  var isPower: Bool { self >= 0 && self <= 1e9 }
}
