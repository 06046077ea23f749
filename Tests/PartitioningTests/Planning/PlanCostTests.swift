import Partitioning
import Testing

struct PlanCostTests {
  @Test(arguments: [1, 2, 3, 4])
  func equalsTheSerialSums(tiers: Int) {
    for seed in 0..<100 {
      let problem = PlacementProblem.random(ProblemShape(tiers: tiers, layers: 2...4), seed: seed)
      for placement in allPlacements(problem) {
        let (cost, direct) = (problem.cost(of: placement), DirectCost(placement, in: problem))
        #expect(cost.latencyNanoseconds == direct.latency)
        #expect(cost.longestStage == direct.longestStage)
        #expect(abs(cost.deviceJoules - direct.joules) <= 1e-12)
      }
    }
  }
}
