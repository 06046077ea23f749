/// What one request costs that meets no other: its time by parts, its energy by parts, and the busiest stage.
///
/// The parts have the names of the results' columns. A simulated request in an empty system comes to the same
/// nanoseconds and joules.
public struct PlanCost: Sendable, Hashable {
  // Nanoseconds; they add up to the latency. Promotions, sending and propagation over all hops are in the links' parts.
  public var deviceCompute: Int64 = 0
  public var edgeCompute: Int64 = 0
  public var cloudCompute: Int64 = 0
  public var uplink: Int64 = 0
  public var downlink: Int64 = 0
  /// Reading and writing messages, at both ends of every hop.
  public var serialize: Int64 = 0

  /// Bytes over the device's own link.
  public var bytesUp: Int64 = 0
  public var bytesDown: Int64 = 0

  // Joules of the device.
  public var deviceComputeJoules = 0.0
  public var transmitJoules = 0.0
  public var receiveJoules = 0.0
  /// Idle power while others compute, and while messages propagate or cross hops beyond the device's own link.
  public var waitJoules = 0.0
  /// Promotions (with the device's idle power) and tails of the radio.
  public var radioOverheadJoules = 0.0
  /// Other tiers: (busy power / servers) x service time.
  public var serverJoules = 0.0
  /// Of the links, by bits and messages.
  public var linkJoules = 0.0

  public var promotions = 0
  /// The largest of the stages' busy times: each tier's compute, each hop's sending per direction without propagation.
  public var longestStage: Int64 = 0

  public init() {}

  public var latencyNanoseconds: Int64 {
    deviceCompute + edgeCompute + cloudCompute + uplink + downlink + serialize
  }
  public var latencyMilliseconds: Double { Double(latencyNanoseconds) / 1e6 }
  public var deviceJoules: Double {
    deviceComputeJoules + transmitJoules + receiveJoules + waitJoules + radioOverheadJoules
  }
  public var totalJoules: Double { deviceJoules + serverJoules + linkJoules }
  /// Requests per second when stages overlap; infinite where no stage takes time.
  public var throughputPerSecond: Double { 1e9 / Double(longestStage) }

  /// The objective's figure as it is printed: milliseconds, joules, or requests per second.
  public func value(_ objective: Objective) -> Double {
    switch objective {
    case .latency: latencyMilliseconds
    case .energy: deviceJoules
    case .throughput: throughputPerSecond
    }
  }

  /// The objective as a figure to make small: nanoseconds, joules, or nanoseconds of the busiest stage.
  public func burden(_ objective: Objective) -> Double {
    switch objective {
    case .latency: Double(latencyNanoseconds)
    case .energy: deviceJoules
    case .throughput: Double(longestStage)
    }
  }
}

extension PlacementProblem {
  /// The device's power while one of its servers works for a request that has the device to itself, in watts.
  ///
  /// The request is charged busy / servers for its server and the idle power of the others.
  public var deviceComputeWatts: Double {
    let device = tiers[0]
    return device.busyWatts / Double(device.servers) + device.idleWatts * (1 - 1 / Double(device.servers))
  }

  /// What a placement costs an isolated request.
  public func cost(of placement: Placement) -> PlanCost { cost(of: Itinerary(placement, in: self)) }

  /// What the steps cost an isolated request, whose radio is idle when it begins.
  ///
  /// A transfer over the first hop waits for the radio's promotion unless it begins within the tail of the transfer
  /// before; the last tail is charged in full.
  public func cost(of itinerary: Itinerary) -> PlanCost {
    var cost = PlanCost()
    var stages = StageTimes(tiers: tiers.count)
    var now: Int64 = 0
    var lastTransferEnd: Int64?
    let idle = tiers[0].idleWatts
    let steps = itinerary.steps
    for (index, step) in steps.enumerated() {
      switch step {
      case .compute(let tier, _, let time):
        stages.compute[tier] += time
        now += time
        cost.addCompute(time, on: tier, in: self)
      case .transfer(let tensor, let hop, let direction, let bytes):
        let (encoding, decoding) = (self.encoding(of: tensor, hop: hop, direction), decoding(at: index, in: steps))
        stages.compute[0] += encoding
        if decoding > 0 { stages.compute[hop + 1] += decoding }
        cost.addSerialization(encoding, on: 0, in: self)
        now += encoding
        // A stream takes all its time on its first hop.
        let passesThrough = index > 0 && streams(from: steps[index - 1], to: step)
        stages.add(hops[hop].transferNanoseconds(bytes: bytes, direction), on: hop, direction)
        cost.linkJoules += hops[hop].energy.joules(bytes: Double(bytes), messages: 1, direction)
        let sending = passesThrough ? 0 : transferNanoseconds(from: index, in: steps)
        let propagation = hops[hop].latencyNanoseconds
        var waiting = propagation
        var elapsed = sending + propagation
        let processing = hops[hop].serialization.nanoseconds(bytes: bytes)
        let (sender, receiver) = direction == .up ? (hop, hop + 1) : (hop + 1, hop)
        stages.compute[sender] += processing
        stages.compute[receiver] += processing
        cost.addSerialization(processing, on: sender, in: self)
        now += processing
        if hop == 0 && !passesThrough {
          if let radio = radio.cellular {
            let promotion = cost.wake(radio, at: now, lastTransferEnd: lastTransferEnd, idleWatts: idle)
            now += promotion
            elapsed += promotion
          }
          lastTransferEnd = now + sending
          cost.addOwnTransfer(sending, bytes: bytes, direction, in: self)
        } else {
          waiting += sending
        }
        now += sending + propagation + processing
        cost.waitJoules += idle * Double(waiting) / 1e9
        cost.addSerialization(processing, on: receiver, in: self)
        if decoding > 0 {
          cost.addSerialization(decoding, on: hop + 1, in: self)
          now += decoding
        }
        if direction == .up { cost.uplink += elapsed } else { cost.downlink += elapsed }
      }
    }
    if let radio = radio.cellular, lastTransferEnd != nil {
      cost.radioOverheadJoules += radio.tailWatts * Double(radio.tailNanoseconds) / 1e9
    }
    cost.longestStage = stages.longest
    return cost
  }
}

extension PlanCost {
  fileprivate mutating func addCompute(_ time: Int64, on tier: Int, in problem: PlacementProblem) {
    switch problem.role(of: tier) {
    case .device: deviceCompute += time
    case .edge: edgeCompute += time
    case .cloud: cloudCompute += time
    }
    let seconds = Double(time) / 1e9
    if tier == 0 {
      deviceComputeJoules += problem.deviceComputeWatts * seconds
    } else {
      waitJoules += problem.tiers[0].idleWatts * seconds
      serverJoules += problem.tiers[tier].busyWatts / Double(problem.tiers[tier].servers) * seconds
    }
  }

  fileprivate mutating func addSerialization(_ time: Int64, on tier: Int, in problem: PlacementProblem) {
    guard time > 0 else { return }
    let (device, edge, cloud) = (deviceCompute, edgeCompute, cloudCompute)
    addCompute(time, on: tier, in: problem)
    (deviceCompute, edgeCompute, cloudCompute) = (device, edge, cloud)
    serialize += time
  }

  fileprivate mutating func addOwnTransfer(
    _ time: Int64, bytes: Int, _ direction: Direction, in problem: PlacementProblem
  ) {
    let (rate, base) = (problem.hops[0].bitsPerSecond(direction), problem.radio.baseWatts(direction))
    let slope = problem.radio.addedWatts(direction, bitsPerSecond: rate) - base
    let wire = problem.hops[0].wireNanoseconds(bytes: bytes, direction)
    let joules = ((problem.tiers[0].idleWatts + base) * Double(time) + slope * Double(wire)) / 1e9
    if direction == .up {
      bytesUp += Int64(bytes)
      transmitJoules += joules
    } else {
      bytesDown += Int64(bytes)
      receiveJoules += joules
    }
  }

  /// Charges the tail since the last transfer, and the promotion where that tail is over; returns the promotion's time.
  fileprivate mutating func wake(
    _ radio: Radio, at now: Int64, lastTransferEnd: Int64?, idleWatts: Double
  ) -> Int64 {
    if let lastTransferEnd {
      let gap = now - lastTransferEnd
      radioOverheadJoules += radio.tailWatts * Double(min(gap, radio.tailNanoseconds)) / 1e9
      if gap <= radio.tailNanoseconds { return 0 }
    }
    promotions += 1
    radioOverheadJoules += (idleWatts + radio.promotionWatts) * Double(radio.promotionNanoseconds) / 1e9
    return radio.promotionNanoseconds
  }
}

/// How long one request keeps each stage busy, in nanoseconds.
struct StageTimes {
  var compute: [Int64]
  var up: [Int64]
  var down: [Int64]

  init(tiers: Int) {
    compute = [Int64](repeating: 0, count: tiers)
    up = [Int64](repeating: 0, count: tiers - 1)
    down = up
  }

  mutating func add(_ time: Int64, on hop: Int, _ direction: Direction) {
    if direction == .up { up[hop] += time } else { down[hop] += time }
  }

  var longest: Int64 { max(compute.max() ?? 0, up.max() ?? 0, down.max() ?? 0) }
}
