/// The best placement for latency or energy by minimum cuts.
///
/// Without a waking radio both are sums over layers and tensors, and one cut is exact. A radio's promotion and tail are
/// a fixed charge for using the first hop at all: the best placement that does not use it is compared with the best one
/// that does. Two things are no sums: a second promotion (where a request leaves the radio idle for longer than its
/// tail), and the tail's power while others work in between; `isProven` says whether they leave the answer in doubt.
struct AdditiveOptimum {
  let placement: Placement
  let cost: PlanCost
  /// Whether no placement can be better.
  let isProven: Bool

  /// `nil` where the pins leave no placement that goes one way.
  init?(_ problem: PlacementProblem, _ objective: Objective, _ crossings: Crossings) {
    let units = objective == .latency ? 1.0 : 1000.0
    let costs = AdditiveCosts(problem, Weights(objective, of: problem), unitsPerNanosecond: units)
    guard let plain = LayeredCut.solve(problem, costs, crossings) else { return nil }
    guard let radio = problem.radio.cellular, !problem.hops.isEmpty else {
      self.init(plain.placement, problem.cost(of: plain.placement), isProven: true)
      return
    }
    var placements: [Placement] = []
    var closed = costs
    closed.closeFirstHop()
    let local = LayeredCut.solve(problem, closed, crossings)
    if let local { placements.append(local.placement) }
    placements.append(plain.placement)
    if objective == .energy {
      let lingering = AdditiveCosts(
        problem, Weights(.energy, of: problem, tailWatts: radio.tailWatts), unitsPerNanosecond: units)
      if let cut = LayeredCut.solve(problem, lingering, crossings) { placements.append(cut.placement) }
    }
    var best = (placement: placements[0], cost: problem.cost(of: placements[0]))
    for placement in placements.dropFirst() {
      let cost = problem.cost(of: placement)
      if cost.burden(objective) < best.cost.burden(objective) { best = (placement, cost) }
    }
    // No placement costs less than its sum and, where it uses the first hop, one promotion and one whole tail.
    let once = problem.burdenOfOneWaking(radio, objective)
    let perUnit = objective == .latency ? 1 / costs.scale : 1e-9 / costs.scale
    var bound = Double(plain.value) * perUnit + once
    if let local { bound = min(bound, Double(local.value) * perUnit) }
    let rounding = objective == .latency ? 0 : Double(costs.layerCount + 2 * costs.tensorCount) * perUnit
    self.init(best.placement, best.cost, isProven: best.cost.burden(objective) <= bound + rounding)
  }

  private init(_ placement: Placement, _ cost: PlanCost, isProven: Bool) {
    self.placement = placement
    self.cost = cost
    self.isProven = isProven
  }
}

extension PlacementProblem {
  /// What a request is charged for using the first hop at all, in the objective's unit of `PlanCost.burden`.
  func burdenOfOneWaking(_ radio: Radio, _ objective: Objective) -> Double {
    guard objective == .energy else { return Double(radio.promotionNanoseconds) }
    let promotion = (tiers[0].idleWatts + radio.promotionWatts) * Double(radio.promotionNanoseconds)
    return (promotion + radio.tailWatts * Double(radio.tailNanoseconds)) / 1e9
  }
}
