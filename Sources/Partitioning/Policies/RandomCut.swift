import RandomStreams
import StrictJSON

/// A cut for each request, all candidates equally likely.
public struct RandomCut: BlindPolicy {
  public static let kind = "random"
  public static let summary = "for each request one of the candidate cuts, all equally likely"
  public var isStatic: Bool { false }

  public init(from fields: inout FieldReader) {}

  public func placement(along path: PathOutline, using random: inout RandomStream) -> Placement {
    let cuts = path.fittingCuts
    return path.placement(cutting: cuts[random.integer(below: cuts.count)])
  }
}
