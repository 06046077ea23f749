import RandomStreams
import StrictJSON

/// A cut for each request, all candidates equally likely.
public struct RandomCut: PartitionPolicy {
  public static let kind = "random"
  public static let summary = "for each request one of the candidate cuts, all equally likely"
  public var informationClass: InformationClass { .blind }
  public var isStatic: Bool { false }

  public init(from fields: inout FieldReader) {}

  public func placement(for problem: PlacementProblem, using random: inout RandomStream) -> Placement {
    let cuts = problem.candidateCuts
    let fitting = problem.limitsMemory ? cuts.filter { problem.fits(problem.placement(cutting: $0)) } : cuts
    // Where none fits, whoever uses the placement says so.
    let chosen = fitting.isEmpty ? cuts : fitting
    return problem.placement(cutting: chosen[random.integer(below: chosen.count)])
  }
}
