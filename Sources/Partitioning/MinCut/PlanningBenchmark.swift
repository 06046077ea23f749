/// What `bench planning` times from the ground up: the graph built and cut for one latency problem.
package enum PlanningBenchmark {
  package static func cut(_ problem: PlacementProblem, solver: CutSolver) -> Placement? {
    let costs = AdditiveCosts(problem, Weights(.latency, of: problem), unitsPerNanosecond: 1)
    return solver.cut(problem, .twoWay).solve(costs)?.placement
  }
}
