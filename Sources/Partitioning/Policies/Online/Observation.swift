/// What a policy that watches may see when it decides, each figure with its age.
///
/// The truth stays with the simulator: nothing here says more than the device itself, the answers it has had and the
/// reports that other tiers send could tell it.
public struct Observation: Sendable, Hashable {
  /// Whatever was never told is `nil`.
  public struct Signal<Value: Sendable & Hashable>: Sendable, Hashable {
    public let value: Value
    public let ageNanoseconds: Int64

    public init(_ value: Value, ageNanoseconds: Int64) {
      self.value = value
      self.ageNanoseconds = ageNanoseconds
    }
  }

  /// What the last message over a hop achieved in each direction, queueing and sharing included, in bit/s.
  public struct Link: Sendable, Hashable {
    public var uplink: Signal<Double>?
    public var downlink: Signal<Double>?

    public init(uplink: Signal<Double>? = nil, downlink: Signal<Double>? = nil) {
      self.uplink = uplink
      self.downlink = downlink
    }
  }

  /// How busy a machine of a tier was.
  public struct Load: Sendable, Hashable {
    /// Requests in service and in line.
    public var jobs: Int
    public var servers: Int
    /// How long one that had come then would have waited for its service to begin, by the mean work of those there.
    public var waitNanoseconds: Int64
    /// How much longer service would have taken than alone, where servers are shared; else 1.
    public var slowdown: Double

    public init(jobs: Int = 0, servers: Int = 1, waitNanoseconds: Int64 = 0, slowdown: Double = 1) {
      self.jobs = jobs
      self.servers = servers
      self.waitNanoseconds = waitNanoseconds
      self.slowdown = slowdown
    }
  }

  /// The state of the device's own radio.
  public struct RadioState: Sendable, Hashable {
    public enum Phase: String, Sendable, Hashable, CaseIterable { case idle, promoting, active, tail }

    public var phase: Phase
    /// Until the radio falls asleep; 0 unless it is in its tail.
    public var tailLeftNanoseconds: Int64

    public init(phase: Phase, tailLeftNanoseconds: Int64 = 0) {
      self.phase = phase
      self.tailLeftNanoseconds = tailLeftNanoseconds
    }

    /// Whether a message would need no promotion.
    public var isAwake: Bool { phase != .idle }
  }

  public var nowNanoseconds: Int64
  /// How many requests the machine has decided on before.
  public var request: Int = 0
  /// Of the request's arrival; `nil` where there is none.
  public var deadlineNanoseconds: Int64?
  /// By hop, from the device upwards.
  public var links: [Link] = []
  /// By tier, the device's own first; as the last answer or report told.
  public var loads: [Signal<Load>?] = []
  /// `nil` where the device has no radio that sleeps.
  public var radio: RadioState?
  /// What the battery has left, in joules; `nil` where it is not modelled.
  public var batteryJoules: Double?
  /// By tier, whether weights of the network are in memory there: of the device, where its memory is modelled; `nil`
  /// elsewhere.
  public var isResident: [Bool?] = []
  /// The machine's own requests that are not answered yet.
  public var open: Int = 0

  public init(nowNanoseconds: Int64) { self.nowNanoseconds = nowNanoseconds }
}

/// How one message of a request went.
public struct MessageOutcome: Sendable, Hashable {
  public let hop: Int
  public let direction: Direction
  public let bytes: Int64
  /// From the moment the link was ready for it to its last byte sent: queueing and sharing included, propagation not.
  public let nanoseconds: Int64

  public init(hop: Int, direction: Direction, bytes: Int64, nanoseconds: Int64) {
    self.hop = hop
    self.direction = direction
    self.bytes = bytes
    self.nanoseconds = nanoseconds
  }

  /// In bit/s; `nil` where it took no time or had no bytes.
  public var rate: Double? { nanoseconds > 0 && bytes > 0 ? Double(bytes) * 8e9 / Double(nanoseconds) : nil }
}

/// How one of the machine's own requests went, known when it is answered or turned away.
public struct RequestOutcome: Sendable, Hashable {
  /// Which of the machine's decisions it was.
  public var request: Int
  public var placement: Placement
  public var nowNanoseconds: Int64
  public var arrivalNanoseconds: Int64
  /// Whether it was answered; else it found no room, and the latency tells nothing.
  public var isAnswered = true
  public var missedDeadline = false
  public var latencyNanoseconds: Int64
  /// The device's, with the whole of a radio's tail that it has begun.
  public var deviceJoules: Double
  public var messages: [MessageOutcome] = []

  public init(
    request: Int, placement: Placement, nowNanoseconds: Int64, arrivalNanoseconds: Int64 = 0, latencyNanoseconds: Int64,
    deviceJoules: Double = 0
  ) {
    self.request = request
    self.placement = placement
    self.nowNanoseconds = nowNanoseconds
    self.arrivalNanoseconds = arrivalNanoseconds
    self.latencyNanoseconds = latencyNanoseconds
    self.deviceJoules = deviceJoules
  }

  /// Nanoseconds or joules; for throughput, which one request does not have, its latency.
  public func burden(_ objective: Objective) -> Double {
    objective == .energy ? deviceJoules : Double(latencyNanoseconds)
  }
}

/// What a policy answers: where the layers run, and whether to begin at once.
public struct Decision: Sendable, Hashable {
  public var placement: Placement
  /// How long the request is held back on the device first.
  public var holdNanoseconds: Int64

  public init(_ placement: Placement, holdNanoseconds: Int64 = 0) {
    self.placement = placement
    self.holdNanoseconds = holdNanoseconds
  }
}
