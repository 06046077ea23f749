/// A placement for throughput by minimum cuts of weighted stages, and a bound on what any placement can reach.
///
/// Each round weighs the stages (each tier's compute, each hop's sending up and down), takes the cut of least weighted
/// sum, and gives more weight to the stages that it keeps busy. The best placement on the way is kept; a weighted sum's
/// minimum, divided by the sum of the weights, is a lower bound of the busiest stage's time.
/// Source: the heavy-load case of Hu et al., INFOCOM 2019; weights after Arora, Hazan, Kale, "The multiplicative weights
/// update method", Theory of Computing 2012.
struct ThroughputCuts {
  let placement: Placement
  let cost: PlanCost
  /// No placement's busiest stage is shorter, in nanoseconds.
  let bound: Double
  /// The weights that gave the bound.
  let weights: Weights

  private static let rounds = 64

  /// `nil` where the pins leave no placement that goes one way.
  init?(_ problem: PlacementProblem, _ crossings: Crossings) {
    let (tiers, hops) = (problem.tiers.count, problem.hops.count)
    var weights = Weights(
      compute: [Double](repeating: 1, count: tiers), up: [Double](repeating: 1, count: hops),
      down: [Double](repeating: 1, count: hops))
    var best: (placement: Placement, cost: PlanCost)?
    var bound = (value: 0.0, weights: weights)
    let network = LayeredCut(problem, crossings)
    for round in 0..<Self.rounds {
      let total = weights.total
      let costs = AdditiveCosts(problem, weights, unitsPerNanosecond: 1024 / total)
      guard let cut = network.solve(costs) else { return nil }
      let cost = problem.cost(of: cut.placement)
      if cost.longestStage < best?.cost.longestStage ?? .max { best = (cut.placement, cost) }
      let rounding = Double(costs.layerCount + 2 * hops * costs.tensorCount)
      let reached = (Double(cut.value) - rounding) / costs.scale / total
      if reached > bound.value { bound = (reached, weights) }
      let stages = problem.stageTimes(under: cut.placement)
      guard stages.longest > 0 else { break }
      // Steps shrink, so that the weights settle.
      weights.grow(stages, rate: 1 / (1 + Double(round) / 8))
    }
    guard let best else { return nil }
    (placement, cost) = best
    (self.bound, self.weights) = bound
  }
}

extension Weights {
  var total: Double { (compute + up + down).reduce(0, +) }

  fileprivate mutating func grow(_ stages: StageTimes, rate: Double) {
    let longest = Double(stages.longest)
    for index in compute.indices { compute[index] *= 1 + rate * Double(stages.compute[index]) / longest }
    for index in up.indices {
      up[index] *= 1 + rate * Double(stages.up[index]) / longest
      down[index] *= 1 + rate * Double(stages.down[index]) / longest
    }
    let scale = 1 / total
    compute = compute.map { $0 * scale }
    up = up.map { $0 * scale }
    down = down.map { $0 * scale }
  }
}

extension PlacementProblem {
  /// How long an isolated request keeps each stage busy.
  func stageTimes(under placement: Placement) -> StageTimes {
    var stages = StageTimes(tiers: tiers.count)
    let steps = Itinerary(placement, in: self).steps
    for (index, step) in steps.enumerated() {
      switch step {
      case .compute(let tier, _, let time): stages.compute[tier] += time
      case .transfer(let tensor, let hop, let direction, let bytes):
        stages.compute[0] += encoding(of: tensor, hop: hop, direction)
        if direction == .up { stages.compute[hop + 1] += decoding(at: index, in: steps) }
        stages.add(hops[hop].transferNanoseconds(bytes: bytes, direction), on: hop, direction)
        let processing = hops[hop].serialization.nanoseconds(bytes: bytes)
        stages.compute[hop] += processing
        stages.compute[hop + 1] += processing
      }
    }
    return stages
  }
}
