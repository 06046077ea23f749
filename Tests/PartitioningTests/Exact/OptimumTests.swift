import Partitioning
import Testing

struct OptimumTests {
  @Test(arguments: [(2, 3...7), (3, 2...5)])
  func throughputEqualsBruteForce(tiers: Int, layers: ClosedRange<Int>) throws {
    for seed in 0..<500 {
      let problem = PlacementProblem.random(ProblemShape(tiers: tiers, layers: layers), seed: seed)
      let optimum = Optimum(of: problem, .throughput)
      let least = try #require(allPlacements(problem).map { DirectCost($0, in: problem).longestStage }.min())
      #expect(optimum.isProven)
      #expect(optimum.cost.longestStage == least, "seed \(seed)")
      #expect(problem.cost(of: optimum.placement) == optimum.cost)
    }
  }
}
