import StrictJSON

/// The best placement that fits into the tiers' memory.
///
/// A bound on memory is no cut: weights add up per tier, peaks of tensors do not. Where the optimum without bounds fits, it
/// is the optimum with them. Else every placement is tried where there are few, and that is exact; else those that
/// never flow back; else the named cuts.
enum FittingSearch {
  /// What was found, and whether nothing can be better among the placements with these crossings.
  struct Finding {
    let best: Optimum
    let isExact: Bool
  }

  /// The cap that a constrained search may try, each placement of which is costed in full.
  static let limit = 1 << 15

  /// `nil` where nothing that was tried fits.
  static func best(of problem: PlacementProblem, _ objective: Objective, _ crossings: Crossings) -> Finding? {
    var best: Optimum?
    func consider(_ placement: Placement) {
      guard problem.fits(placement) else { return }
      let cost = problem.cost(of: placement)
      if cost.burden(objective) < best?.cost.burden(objective) ?? .infinity {
        best = Optimum(placement: placement, cost: cost, isProven: false)
      }
    }
    func tries(_ crossings: Crossings) -> Bool {
      best = nil
      do {
        try PlacementEnumeration(of: problem, crossings).forEach(upTo: limit, consider)
        return true
      } catch { return false }
    }
    if tries(crossings) { return best.map { Finding(best: $0, isExact: true) } }
    if crossings == .twoWay, tries(.oneWay) { return best.map { Finding(best: $0, isExact: false) } }
    for tier in problem.tiers.indices.dropFirst() {
      for cut in problem.candidateCuts { consider(problem.placement(cutting: cut, rest: tier)) }
    }
    consider(problem.placement(everythingOn: 0))
    return best.map { Finding(best: $0, isExact: false) }
  }
}

extension PlacementProblem {
  /// A placement that a search found, or where it does not fit into memory the best that does.
  ///
  /// Throws `InputError` where too many placements would have to be tried to know the best, and where none fits.
  func fitting(
    _ placement: Placement, _ objective: Objective, _ crossings: Crossings, policy: String
  ) throws(InputError) -> Placement {
    guard limitsMemory, !fits(placement) else { return placement }
    guard let finding = FittingSearch.best(of: self, objective, crossings) else {
      throw InputError("policy \(policy): no placement was found that fits into the memory of the nodes")
    }
    guard finding.isExact else {
      throw InputError(
        "policy \(policy): the best placement does not fit into the memory of the nodes, and there are more than "
          + "\(FittingSearch.limit) others to try; 'neurosurgeon' and 'fixed' look at single cuts only")
    }
    return finding.best.placement
  }
}
