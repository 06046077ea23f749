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
