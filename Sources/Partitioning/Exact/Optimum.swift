/// The best of all placements, crossing tiers in either direction.
public struct Optimum: Sendable {
  public let placement: Placement
  public let cost: PlanCost
  /// Whether no placement can be better; otherwise it is the best that was found.
  public let isProven: Bool
  /// No placement is better than this one by more than this share of its cost; 0 where it is proven to be the best,
  /// `nil` where nothing is known.
  public let gap: Double?

  /// How many placements are tried one by one before a search is given up.
  static let enumerationLimit = 1 << 17

  /// Searches the optimum of an objective; the problem has been validated.
  ///
  /// Latency and energy are minimum cuts. Where that leaves a doubt (`AdditiveOptimum`), every placement is tried if
  /// there are few. Throughput is searched layer by layer (`ThroughputSearch`).
  public init(of problem: PlacementProblem, _ objective: Objective) {
    var best: Optimum
    switch objective {
    case .throughput:
      best = ThroughputSearch.best(problem)
    case .latency, .energy:
      guard let cut = AdditiveOptimum(problem, objective, .twoWay) else {
        preconditionFailure("with crossings both ways every network has a placement")
      }
      best = Optimum(placement: cut.placement, cost: cut.cost, isProven: cut.isProven)
      if !best.isProven, let tried = Optimum(tryingAllOf: problem, objective, .twoWay, upTo: Self.enumerationLimit) {
        best = tried.cost.burden(objective) < best.cost.burden(objective) ? tried : best.proven
      }
    }
    if problem.limitsMemory, !problem.fits(best.placement) {
      // Where nothing fits, what does not is at least said not to be proven.
      let fitting = FittingSearch.best(of: problem, objective, .twoWay)
      best = fitting.map { $0.isExact ? $0.best.proven : $0.best } ?? best.unproven
    }
    self = best
  }

  /// The best of all placements by trying each; `nil` where there are more than the cap.
  package init?(tryingAllOf problem: PlacementProblem, _ objective: Objective, _ crossings: Crossings, upTo cap: Int) {
    var best: Optimum?
    do {
      try PlacementEnumeration(of: problem, crossings).forEach(upTo: cap) { placement in
        let cost = problem.cost(of: placement)
        if cost.burden(objective) < best?.cost.burden(objective) ?? .infinity {
          best = Optimum(placement: placement, cost: cost, isProven: true)
        }
      }
    } catch { return nil }
    guard let best else { return nil }
    self = best
  }

  init(placement: Placement, cost: PlanCost, isProven: Bool, gap: Double? = nil) {
    self.placement = placement
    self.cost = cost
    self.isProven = isProven
    self.gap = isProven ? 0 : gap
  }

  var unproven: Optimum { Optimum(placement: placement, cost: cost, isProven: false) }

  var proven: Optimum { Optimum(placement: placement, cost: cost, isProven: true) }
}
