/// What a nanosecond of each part of a request weighs in an objective that is a weighted sum of times.
///
/// Latency weighs everything 1, energy by the device's power; the parametrised cuts for throughput weigh stages.
struct Weights {
  /// By tier.
  var compute: [Double]
  /// By hop: while bits are sent up and down, and while a message propagates.
  var up: [Double]
  var down: [Double]
  var propagation: [Double]
  /// By hop: what is in proportion to the rate, at the link's full rate.
  var upRate: [Double]
  var downRate: [Double]

  /// Weights of latency (1 each) or of the device's energy without what a radio wakes and lingers for, in watts.
  init(_ objective: Objective, of problem: PlacementProblem) {
    precondition(objective != .throughput, "throughput is no sum")
    let (tiers, hops) = (problem.tiers.count, problem.hops.count)
    let waiting = objective == .latency ? 1 : problem.tiers[0].idleWatts
    compute = [Double](repeating: waiting, count: tiers)
    up = [Double](repeating: waiting, count: hops)
    (down, propagation) = (up, up)
    upRate = [Double](repeating: 0, count: hops)
    downRate = upRate
    guard objective == .energy else { return }
    compute[0] = problem.deviceComputeWatts
    if let hop = problem.hops.first {
      let radio = problem.radio
      up[0] += radio.baseWatts(.up)
      down[0] += radio.baseWatts(.down)
      upRate[0] = radio.addedWatts(.up, bitsPerSecond: hop.uplinkBitsPerSecond) - radio.baseWatts(.up)
      downRate[0] = radio.addedWatts(.down, bitsPerSecond: hop.downlinkBitsPerSecond) - radio.baseWatts(.down)
    }
  }

  /// The same with a radio that lingers while messages propagate over the first hop and, for whole detours, while
  /// anybody but the device works.
  func lingering(watts: Double, throughWholeDetours: Bool) -> Weights {
    var weights = self
    weights.propagation[0] += watts
    guard throughWholeDetours else { return weights }
    for tier in compute.indices.dropFirst() { weights.compute[tier] += watts }
    for hop in up.indices.dropFirst() {
      weights.up[hop] += watts
      weights.down[hop] += watts
      weights.propagation[hop] += watts
    }
    return weights
  }

  /// Weights of stages: each tier's compute, each hop's sending up and down.
  init(compute: [Double], up: [Double], down: [Double]) {
    self.compute = compute
    self.up = up
    self.down = down
    propagation = [Double](repeating: 0, count: up.count)
    (upRate, downRate) = (propagation, propagation)
  }
}

/// The terms of a weighted sum of times, as whole numbers: what each layer costs on each tier, each tensor on each hop.
///
/// Sums stay below `FlowNetwork.budget`.
struct AdditiveCosts {
  let layerCount: Int
  let tensorCount: Int
  /// By tier and layer, by hop and tensor.
  private(set) var compute: [Int64]
  private(set) var up: [Int64]
  private(set) var down: [Int64]
  /// How many units a weighted nanosecond has.
  let scale: Double

  /// Rounds the terms to units: nanoseconds for latency, and picojoules for energy (`unitsPerNanosecond` 1000), or
  /// more coarsely where the sum of all terms would not fit.
  init(_ problem: PlacementProblem, _ weights: Weights, unitsPerNanosecond: Double) {
    layerCount = problem.network.layers.count
    tensorCount = problem.network.tensors.count
    var terms: (compute: [Double], up: [Double], down: [Double]) = ([], [], [])
    terms.compute.reserveCapacity(layerCount * problem.tiers.count)
    for (tier, weight) in zip(problem.tiers, weights.compute) {
      for time in tier.computeNanoseconds { terms.compute.append(weight * Double(time)) }
    }
    for (index, hop) in problem.hops.enumerated() {
      let propagation = weights.propagation[index] * Double(hop.latencyNanoseconds)
      let processors = weights.compute[index] + weights.compute[index + 1]
      for tensor in problem.network.tensors {
        let (up, down) = (
          hop.transferNanoseconds(bytes: tensor.bytes, .up), hop.transferNanoseconds(bytes: tensor.bytes, .down)
        )
        var (sendingUp, sendingDown) = (weights.up[index] * Double(up), weights.down[index] * Double(down))
        if weights.upRate[index] > 0 {
          sendingUp += weights.upRate[index] * Double(hop.wireNanoseconds(bytes: tensor.bytes, .up))
        }
        if weights.downRate[index] > 0 {
          sendingDown += weights.downRate[index] * Double(hop.wireNanoseconds(bytes: tensor.bytes, .down))
        }
        let besides = propagation + processors * Double(hop.serialization.nanoseconds(bytes: tensor.bytes))
        terms.up.append(sendingUp + besides)
        terms.down.append(sendingDown + besides)
      }
    }
    var sum = 0.0
    for term in terms.compute { sum += term }
    for term in terms.up { sum += term }
    for term in terms.down { sum += term }
    let limit = Double(FlowNetwork.budget / 4)
    let scale = sum * unitsPerNanosecond <= limit ? unitsPerNanosecond : limit / sum
    self.scale = scale
    compute = terms.compute.map { Int64(($0 * scale).rounded()) }
    up = terms.up.map { Int64(($0 * scale).rounded()) }
    down = terms.down.map { Int64(($0 * scale).rounded()) }
  }

  /// Forbids the first hop.
  mutating func closeFirstHop() {
    for tensor in 0..<min(tensorCount, up.count) {
      up[tensor] = FlowNetwork.unlimited
      down[tensor] = FlowNetwork.unlimited
    }
  }
}
