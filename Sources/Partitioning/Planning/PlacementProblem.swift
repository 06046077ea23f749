/// Where the layers of one network may run, and what that costs: a chain of tiers joined by hops.
///
/// Tier 0 is the device on which requests begin. Times are integer nanoseconds, so that a plan and a simulated request
/// agree to the last digit.
public struct PlacementProblem: Sendable {
  /// One tier of the path: a machine that can compute layers.
  public struct Tier: Sendable {
    public let name: String
    /// Compute time of each layer in nanoseconds, by layer index; 0 for inputs of the network.
    public let computeNanoseconds: [Int64]
    /// Whole power with every server busy, in watts.
    public let busyWatts: Double
    /// Whole power with no server busy, in watts.
    public let idleWatts: Double
    public let servers: Int
    /// What its part of a request's time is called; `nil` leaves that to its place in the chain.
    public let role: TierRole?
    /// Tells the times of parts of a layer that a cut opens; `nil` where only whole layers have times.
    public let profile: DeviceProfile?

    public init(
      name: String, computeNanoseconds: [Int64], busyWatts: Double, idleWatts: Double, servers: Int = 1,
      role: TierRole? = nil, profile: DeviceProfile? = nil
    ) {
      self.name = name
      self.profile = profile
      self.role = role
      self.computeNanoseconds = computeNanoseconds
      self.busyWatts = busyWatts
      self.idleWatts = idleWatts
      self.servers = servers
    }

    /// The same machine computing layers of other times.
    func computing(_ nanoseconds: [Int64]) -> Tier {
      Tier(
        name: name, computeNanoseconds: nanoseconds, busyWatts: busyWatts, idleWatts: idleWatts, servers: servers,
        role: role, profile: profile)
    }
  }

  /// The link between tier i and tier i + 1.
  public struct Hop: Sendable {
    public let uplinkBitsPerSecond: Double
    public let downlinkBitsPerSecond: Double
    /// rtt / 2, which every message takes after its last bit was sent.
    public let propagationNanoseconds: Int64

    public init(uplinkBitsPerSecond: Double, downlinkBitsPerSecond: Double, propagationNanoseconds: Int64) {
      self.uplinkBitsPerSecond = uplinkBitsPerSecond
      self.downlinkBitsPerSecond = downlinkBitsPerSecond
      self.propagationNanoseconds = propagationNanoseconds
    }

    public func bitsPerSecond(_ direction: Direction) -> Double {
      direction == .up ? uplinkBitsPerSecond : downlinkBitsPerSecond
    }

    /// bytes * 8 / rate, in nanoseconds, rounded to nearest.
    public func transferNanoseconds(bytes: Int, _ direction: Direction) -> Int64 {
      .nanoseconds(Double(bytes) * 8e9 / bitsPerSecond(direction))
    }
  }

  public let network: CostGraph
  public let tiers: [Tier]
  /// `hops[i]` joins `tiers[i]` and `tiers[i + 1]`.
  public let hops: [Hop]
  /// What the device's radio adds while it sends, receives, wakes and lingers.
  public let radio: RadioPower
  /// Whether results are sent back to the device.
  public let returnsResult: Bool

  public init(network: CostGraph, tiers: [Tier], hops: [Hop], radio: RadioPower = .none, returnsResult: Bool = false) {
    precondition(tiers.count == hops.count + 1)
    self.network = network
    self.tiers = tiers
    self.hops = hops
    self.radio = radio
    self.returnsResult = returnsResult
  }
}

/// What a tier is called in the breakdown of a request's time.
public enum TierRole: String, Sendable, CaseIterable, Codable { case device, edge, cloud }

/// Which way a message goes: up is away from the device.
public enum Direction: Sendable, Hashable { case up, down }

extension Int64 {
  /// The nearest whole number of nanoseconds; beyond a century the century, which `PlacementProblem.validate` refuses.
  package static func nanoseconds(_ value: Double) -> Int64 { Int64(Swift.min(value, Double(century)).rounded()) }

  /// 2^61 ns.
  package static let century: Int64 = 1 << 61
}
