import Partitioning
import RandomStreams
import StrictJSON

/// A policy that does not choose, for benchmarks and tests.
package struct GivenPlacement: PartitionPolicy {
  package static let kind = "given"
  package static let summary = "one placement, whatever the problem"
  package var informationClass: InformationClass { .blind }

  /// `nil` for everything on the device.
  let placement: Placement?

  package init(_ placement: Placement?) { self.placement = placement }

  package init(from fields: inout FieldReader) { placement = nil }

  package func placement(for problem: PlacementProblem, using random: inout RandomStream) -> Placement {
    placement ?? problem.placement(everythingOn: 0)
  }
}
