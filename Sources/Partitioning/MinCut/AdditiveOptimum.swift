/// The best placement for latency or energy by minimum cuts.
///
/// Without a waking radio both are sums over layers and tensors, and one cut is exact. A radio's promotion and tail are
/// a fixed charge for using the first hop at all: the best placement that does not use it is compared with the best one
/// that does. A message that streams over several hops is no sum of hops either, and leaves a doubt. What else is no sum is a second promotion, where a request leaves the radio idle for longer than its tail, and
/// the tail's power while the device computes between two transfers; `isProven` says whether they leave a doubt.
struct AdditiveOptimum {
  let placement: Placement
  let cost: PlanCost
  /// Whether no placement can be better.
  let isProven: Bool

  /// `nil` where the pins leave no placement that goes one way.
  init?(
    _ problem: PlacementProblem, _ objective: Objective, _ crossings: Crossings, solver: CutSolver = .whole
  ) {
    let weights = Weights(objective, of: problem)
    let costs = AdditiveCosts(problem, weights, unitsPerNanosecond: objective.unitsPerNanosecond)
    self.init(problem, objective, weights, costs, solver.cut(problem, crossings))
  }

  /// The same with what has been prepared: the costs of the problem and the cut of its network.
  init?(
    _ problem: PlacementProblem, _ objective: Objective, _ weights: Weights, _ costs: AdditiveCosts,
    _ network: any PlacementCut
  ) {
    let units = objective.unitsPerNanosecond
    guard let plain = network.solve(costs) else { return nil }
    guard let radio = problem.radio.cellular, !problem.hops.isEmpty else {
      self.init(plain.placement, problem.cost(of: plain.placement), isProven: !problem.streamsOverSeveralHops)
      return
    }
    let perUnit = objective == .latency ? 1.0 : 1e-9
    var closed = costs
    closed.closeFirstHop()
    let local = network.solve(closed)
    var placements = (local.map { [$0.placement] } ?? []) + [plain.placement]

    // Any placement costs at least its sum and, where it uses the first hop, one promotion and one whole tail; those
    // with gaps longer than the tail pay both twice. In shorter gaps the radio lingers.
    let once = problem.burdenOfOneWaking(radio, objective)
    var bound = Double(plain.value) / costs.scale * perUnit + once
    if objective == .energy {
      let watts = radio.tailWatts
      let lingering = weights.lingering(watts: watts, throughWholeDetours: problem.everyDetourReturns)
      let costs = AdditiveCosts(problem, lingering, unitsPerNanosecond: units)
      if let cut = network.solve(costs) {
        placements.append(cut.placement)
        // Nothing lingers for the last message, whose tail is charged in full already.
        let last = watts * Double(problem.hops[0].latencyNanoseconds) * perUnit
        bound = min(bound + once, Double(cut.value) / costs.scale * perUnit - last + once)
      }
    }
    if let local { bound = min(bound, Double(local.value) / costs.scale * perUnit) }

    var best = (placement: placements[0], cost: problem.cost(of: placements[0]))
    for placement in placements.dropFirst() {
      let cost = problem.cost(of: placement)
      if cost.burden(objective) < best.cost.burden(objective) { best = (placement, cost) }
    }
    let rounding = Double(costs.layerCount + 2 * problem.hops.count * costs.tensorCount) / costs.scale * perUnit
    let doubt = objective == .latency ? 0 : rounding + 1e-12 * bound
    self.init(
      best.placement, best.cost,
      isProven: best.cost.burden(objective) <= bound + doubt && !problem.streamsOverSeveralHops)
  }

  private init(_ placement: Placement, _ cost: PlanCost, isProven: Bool) {
    self.placement = placement
    self.cost = cost
    self.isProven = isProven
  }
}

extension PlacementProblem {
  /// What a request is charged for using the first hop at all, in the unit of `PlanCost.burden`.
  fileprivate func burdenOfOneWaking(_ radio: Radio, _ objective: Objective) -> Double {
    guard objective == .energy else { return Double(radio.promotionNanoseconds) }
    let promotion = (tiers[0].idleWatts + radio.promotionWatts) * Double(radio.promotionNanoseconds)
    return (promotion + radio.tailWatts * Double(radio.tailNanoseconds)) / 1e9
  }

  /// Whether everything that others compute lies between two messages over the first hop: it begins with an input of
  /// the device and ends in a result that returns.
  fileprivate var everyDetourReturns: Bool {
    guard returnsResult else { return false }
    let results = network.tensors.filter(\.isResult).map(\.producer)
    guard network.ancestors(of: results).allSatisfy({ $0 }) else { return false }
    return network.layers.indices.allSatisfy { !network.layers[$0].inputs.isEmpty || pinnedTier(of: $0) == 0 }
  }
}

extension Objective {
  /// Nanoseconds for latency, picojoules for energy.
  var unitsPerNanosecond: Double { self == .latency ? 1 : 1000 }
}
