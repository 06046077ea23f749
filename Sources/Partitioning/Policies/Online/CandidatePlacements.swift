/// The placements that policies which learn choose from: the single-tensor cuts, each once, with what they need.
final class CandidatePlacements {
  let problem: PlacementProblem
  /// From the least to the most on the device.
  let placements: [Placement]
  let itineraries: [Itinerary]
  /// By placement and tier: compute time in nanoseconds, and how often the tier is visited.
  let compute: [[Int64]]
  let visits: [[Int]]
  private var indices: [Placement: Int] = [:]

  init(_ problem: PlacementProblem) {
    self.problem = problem
    var seen: Set<Placement> = []
    placements = problem.singleTensorCuts.map { problem.placement(cutting: $0) }.filter { seen.insert($0).inserted }
    itineraries = placements.map { Itinerary($0, in: problem) }
    var (compute, visits): ([[Int64]], [[Int]]) = ([], [])
    for itinerary in itineraries {
      var times = [Int64](repeating: 0, count: problem.tiers.count)
      var counts = [Int](repeating: 0, count: problem.tiers.count)
      for case .compute(let tier, _, let time) in itinerary.steps {
        times[tier] += time
        counts[tier] += 1
      }
      compute.append(times)
      visits.append(counts)
    }
    (self.compute, self.visits) = (compute, visits)
    for (index, placement) in placements.enumerated() { indices[placement] = index }
  }

  var count: Int { placements.count }

  func index(of placement: Placement) -> Int? { indices[placement] }

  /// What each costs an isolated request over the given hops.
  func costs(over hops: [PlacementProblem.Hop]) -> [PlanCost] {
    let problem = problem.replacingHops(hops)
    return itineraries.map { problem.cost(of: $0) }
  }

  /// The index of the least figure; of equal ones the last, which has the fewest layers away from the device.
  static func least(_ figures: [Double]) -> Int {
    var best = 0
    for index in figures.indices where figures[index] <= figures[best] { best = index }
    return best
  }
}
