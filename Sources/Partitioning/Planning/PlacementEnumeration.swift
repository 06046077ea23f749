import StrictJSON

/// All placements of a network, one after another: every one, or those that never flow back.
///
/// The latter are the nested order ideals of the network (with two tiers, its downward-closed sets of layers).
/// Pinned layers stay where they are.
package struct PlacementEnumeration {
  private let pins: [Int]
  private let sources: [[Int]]
  private let tiers: Int
  private let crossings: Crossings

  package init(of problem: PlacementProblem, _ crossings: Crossings) {
    pins = problem.pins()
    sources = problem.network.predecessors()
    tiers = problem.tiers.count
    self.crossings = crossings
  }

  /// Calls `visit` with each placement, in ascending order of tiers by layer; throws `InputError` after more than `cap`.
  package func forEach(upTo cap: Int, _ visit: (Placement) -> Void) throws(InputError) {
    var placement = Placement(tiers: [UInt8](repeating: 0, count: pins.count))
    var count = 0
    guard pins.count > 0 else { return visit(placement) }
    // Layer by layer in topological order: `layer` is the one whose tier is raised next.
    var layer = 0
    var next = [Int](repeating: 0, count: pins.count)
    next[0] = lowest(0, placement)
    while layer >= 0 {
      guard next[layer] < tiers, pins[layer] < 0 || next[layer] <= pins[layer] else {
        layer -= 1
        continue
      }
      if pins[layer] >= 0, next[layer] < pins[layer] {
        next[layer] = pins[layer]
        continue
      }
      placement.tiers[layer] = UInt8(next[layer])
      next[layer] += 1
      if layer + 1 < pins.count {
        layer += 1
        next[layer] = lowest(layer, placement)
      } else {
        count += 1
        guard count <= cap else {
          throw InputError("more than \(cap) placements to try; mincut finds the best for latency and energy")
        }
        visit(placement)
      }
    }
  }

  private func lowest(_ layer: Int, _ placement: Placement) -> Int {
    guard crossings == .oneWay else { return 0 }
    return sources[layer].reduce(0) { max($0, placement[$1]) }
  }
}
