/// What a request does, step by step, under a placement: the serial model.
///
/// One step begins when the one before has ended. Layers run in segments: as many ready layers of one tier as possible,
/// in topological order, beginning with the first layer that has not run yet. When a segment ends, every tensor it made
/// that is needed on other tiers is sent, a message of its own per tensor and hop, in tensor order, up before down; a
/// tensor crosses a link at most once per direction. Inputs of the network are there from the start and take no step.
public struct Itinerary: Sendable, Hashable {
  public enum Step: Sendable, Hashable {
    /// Layers run one after another on a tier.
    case compute(tier: Int, layers: [Int], nanoseconds: Int64)
    /// A tensor crosses a hop: bytes at the link's rate, then the propagation.
    case transfer(tensor: Int, hop: Int, direction: Direction, bytes: Int)
  }

  public let steps: [Step]

  package init(steps: [Step]) { self.steps = steps }

  /// The steps of one request; the placement has a tier for every layer of the problem's network.
  ///
  /// Where the placement cuts layers open, tensors and layers are those of `problem.opened(for: placement)`.
  public init(_ placement: Placement, in problem: PlacementProblem) {
    let (problem, placement) = problem.opened(for: placement)
    let layers = problem.network.layers
    precondition(placement.tiers.count == layers.count, "a placement of another network")
    var steps: [Step] = []
    // What no exit needs counts as done.
    let runs = problem.network.layers(runUntil: placement.exit.map { Int($0) })
    var hasRun = runs.map { $0.map { !$0 } } ?? [Bool](repeating: false, count: layers.count)
    var first = 0
    while first < layers.count {
      if hasRun[first] {
        first += 1
        continue
      }
      let tier = placement[first]
      var segment: [Int] = []
      for layer in first..<layers.count where placement[layer] == tier && !hasRun[layer] {
        guard layers[layer].inputs.allSatisfy({ hasRun[problem.network.tensors[$0].producer] }) else { continue }
        hasRun[layer] = true
        segment.append(layer)
      }
      let computed = segment.filter { !layers[$0].isInput }
      if !computed.isEmpty {
        let time = computed.reduce(0) { $0 + problem.tiers[tier].computeNanoseconds[$1] }
        steps.append(.compute(tier: tier, layers: computed, nanoseconds: time))
      }
      for tensor in segment.flatMap({ layers[$0].outputs }).sorted() {
        Self.send(tensor, from: tier, under: placement, runs, in: problem, &steps)
      }
      while first < layers.count, hasRun[first] { first += 1 }
    }
    self.init(steps: steps)
  }

  private static func send(
    _ tensor: Int, from tier: Int, under placement: Placement, _ runs: [Bool]?, in problem: PlacementProblem,
    _ steps: inout [Step]
  ) {
    var (lowest, highest) = (problem.returnTier(of: tensor, leavingAt: placement.exit) ?? tier, tier)
    for consumer in problem.network.tensors[tensor].consumers where runs?[consumer] ?? true {
      lowest = min(lowest, placement[consumer])
      highest = max(highest, placement[consumer])
    }
    let bytes = problem.network.tensors[tensor].bytes
    for hop in tier..<max(tier, highest) {
      steps.append(.transfer(tensor: tensor, hop: hop, direction: .up, bytes: bytes))
    }
    for hop in (min(tier, lowest)..<tier).reversed() {
      steps.append(.transfer(tensor: tensor, hop: hop, direction: .down, bytes: bytes))
    }
  }
}
