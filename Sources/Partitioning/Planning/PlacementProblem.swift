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
    public private(set) var busyWatts: Double
    /// Whole power with no server busy, in watts.
    public private(set) var idleWatts: Double
    public let servers: Int
    /// What its part of a request's time is called; `nil` leaves that to its place in the chain.
    public let role: TierRole?
    /// What several requests at once cost, by layer index, where the machine serves in batches; else `nil`.
    public let batchCosts: [BatchCost]?
    /// Tells the times of parts of a layer that a cut opens; `nil` where only whole layers have times.
    public let profile: DeviceProfile?
    /// What its layers must fit into; `nil` for any number.
    public var memory: MemoryLimit?

    /// Where batches are served, a single request takes the time of a batch of one.
    public init(
      name: String, computeNanoseconds: [Int64], busyWatts: Double, idleWatts: Double, servers: Int = 1,
      role: TierRole? = nil, batchCosts: [BatchCost]? = nil, profile: DeviceProfile? = nil
    ) {
      self.name = name
      self.profile = profile
      self.role = role
      self.batchCosts = batchCosts
      self.computeNanoseconds = batchCosts.map { $0.map { $0.nanoseconds(items: 1) } } ?? computeNanoseconds
      self.busyWatts = busyWatts
      self.idleWatts = idleWatts
      self.servers = servers
    }

    /// Takes so much more power.
    public mutating func addPower(idle: Double, busy: Double) {
      idleWatts += idle
      busyWatts += busy
    }

    /// The same machine computing a network whose layers are cut open, where a profile tells their times.
    func computing(_ network: CostGraph, otherwise nanoseconds: [Int64]) -> Tier {
      var tier = Tier(
        name: name, computeNanoseconds: profile?.nanoseconds(of: network) ?? nanoseconds, busyWatts: busyWatts,
        idleWatts: idleWatts, servers: servers, role: role,
        batchCosts: batchCosts == nil ? nil : profile?.batchCosts(of: network), profile: profile)
      tier.memory = memory
      return tier
    }
  }

  /// The link between tier i and tier i + 1.
  public struct Hop: Sendable {
    public let uplinkBitsPerSecond: Double
    public let downlinkBitsPerSecond: Double
    /// rtt / 2, which every message takes after its last bit was sent.
    public let propagationNanoseconds: Int64

    public let transport: Transport
    /// Of both ends.
    public let serialization: Serialization
    /// Whether a message that goes on over another such hop passes through instead of being stored and forwarded.
    public let streams: Bool
    public let energy: LinkEnergy

    public init(
      uplinkBitsPerSecond: Double, downlinkBitsPerSecond: Double, propagationNanoseconds: Int64,
      transport: Transport = .ideal, serialization: Serialization = Serialization(), streams: Bool = false,
      energy: LinkEnergy = LinkEnergy()
    ) {
      self.uplinkBitsPerSecond = uplinkBitsPerSecond
      self.downlinkBitsPerSecond = downlinkBitsPerSecond
      self.propagationNanoseconds = propagationNanoseconds
      self.transport = transport
      self.serialization = serialization
      self.streams = streams
      self.energy = energy
    }

    public func bitsPerSecond(_ direction: Direction) -> Double {
      direction == .up ? uplinkBitsPerSecond : downlinkBitsPerSecond
    }

    /// bytes * 8 / rate, in nanoseconds, rounded to nearest: how long the link would be busy at its full rate.
    public func wireNanoseconds(bytes: Int, _ direction: Direction) -> Int64 {
      .nanoseconds(Double(bytes) * 8e9 / bitsPerSecond(direction))
    }

    /// From the first byte to the last of a message that has the link to itself, in nanoseconds.
    public func transferNanoseconds(bytes: Int, _ direction: Direction) -> Int64 {
      switch transport {
      case .ideal: wireNanoseconds(bytes: bytes, direction)
      case .cm02, .lv08: .nanoseconds(Double(bytes) * 1e9 / flowBytesPerSecond(direction))
      case .tcp(let initialWindow, let segmentBytes):
        slowStartNanoseconds(bytes: bytes, firstWindow: Double(initialWindow) * Double(segmentBytes), direction)
      }
    }

    /// From the last byte sent to its arrival.
    public var latencyNanoseconds: Int64 {
      transport == .lv08
        ? .nanoseconds(Double(propagationNanoseconds) * transport.latencyFactor) : propagationNanoseconds
    }

    /// What a lone flow achieves.
    private func flowBytesPerSecond(_ direction: Direction) -> Double {
      transport.goodput
        * min(bitsPerSecond(direction) / 8, transport.bound(latencySeconds: Double(propagationNanoseconds) / 1e9))
    }

    /// Whole round trips while the window is smaller than rate x round trip, then the rest at the link's rate.
    private func slowStartNanoseconds(bytes: Int, firstWindow: Double, _ direction: Direction) -> Int64 {
      let roundTrip = 2 * Double(propagationNanoseconds)
      let bytesPerNanosecond = bitsPerSecond(direction) / 8e9
      var rest = Double(bytes)
      var window = firstWindow
      var time = 0.0
      while window < bytesPerNanosecond * roundTrip && rest > window {
        rest -= window
        window *= 2
        time += roundTrip
      }
      return .nanoseconds(time + rest / bytesPerNanosecond)
    }
  }

  public let network: CostGraph
  public var tiers: [Tier]
  /// `hops[i]` joins `tiers[i]` and `tiers[i + 1]`.
  public let hops: [Hop]
  /// What the device's radio adds while it sends, receives, wakes and lingers.
  public let radio: RadioPower
  /// Whether results are sent back to the device.
  public let returnsResult: Bool
  /// What encoding and decoding the input take.
  public var codec = InputCodec()

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
