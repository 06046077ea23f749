import Partitioning

/// Where an itinerary leaves the device and comes back, and what the device holds whenever it leaves.
struct Excursions {
  struct Departure {
    /// The step that marks it, among `Engine.steps`.
    var step = 0
    /// By tensor.
    let isHeld: [Bool]
  }

  private let problem: PlacementProblem
  private var isAway = false
  private var isHeld: [Bool]
  var departures: [Departure] = []

  init(_ problem: PlacementProblem) {
    self.problem = problem
    isHeld = problem.network.tensors.map { tensor in
      problem.network.layers[tensor.producer].isInput && (problem.pinnedTier(of: tensor.producer) ?? 0) == 0
    }
  }

  /// The mark before a step, where there is one; the steps must come in order.
  mutating func mark(before step: Itinerary.Step) -> Step? {
    var mark: Step?
    switch step {
    case .compute(0, let layers, _):
      if isAway {
        mark = Step()
        mark?.kind = .arrive
        isAway = false
      }
      for tensor in layers.flatMap({ problem.network.layers[$0].outputs }) { isHeld[tensor] = true }
    case .compute: break
    case .transfer(_, 0, .up, _) where !isAway:
      mark = Step()
      mark?.kind = .depart
      isAway = true
      departures.append(Departure(isHeld: isHeld))
    case .transfer(let tensor, 0, .down, _): isHeld[tensor] = true
    case .transfer: break
    }
    return mark
  }
}

extension PlacementProblem {
  /// The layers that must be computed for the results where some tensors are held, in topological order.
  func layersLeft(holding isHeld: [Bool]) -> [Int] {
    var isNeeded = [Bool](repeating: false, count: network.layers.count)
    for layer in network.layers.indices.reversed() {
      let outputs = network.layers[layer].outputs
      isNeeded[layer] =
        outputs.isEmpty
        || outputs.contains { tensor in
          let boundary = network.tensors[tensor]
          let isWanted =
            boundary.isResult || boundary.consumers.isEmpty || boundary.consumers.contains { isNeeded[$0] }
          return isWanted && !isHeld[tensor]
        }
    }
    return network.layers.indices.filter { isNeeded[$0] }
  }
}

extension Engine {
  /// Compiles what the device does where an attempt failed for good, for each departure.
  mutating func addFallbacks(_ excursions: Excursions, in problem: PlacementProblem, of source: Int) throws {
    guard let recovery = model.sources[source].recovery, recovery.fallback != .none else { return }
    for (number, departure) in excursions.departures.enumerated() {
      let held =
        recovery.fallback == .remaining
        ? departure.isHeld : problem.network.tensors.map { problem.network.layers[$0.producer].isInput }
      let layers = problem.layersLeft(holding: held)
      if let layer = layers.first(where: { (problem.pinnedTier(of: $0) ?? 0) != 0 }) {
        throw SimulationError(
          "\(model.nodes[model.sources[source].node].name), \(model.models[model.sources[source].model]): "
            + "the device cannot compute layer '\(problem.network.layers[layer].name)', which is pinned elsewhere: "
            + "'fallback' must be none")
      }
      steps[departure.step].details = Int32(steps.count)
      let computed = layers.filter { !problem.network.layers[$0].isInput }
      if !computed.isEmpty {
        let time = computed.reduce(Int64(0)) { $0 + problem.tiers[0].computeNanoseconds[$1] }
        steps.append(
          computeStep(0, computed, time, visit: UInt16(truncatingIfNeeded: 0x8000 + number), in: problem, of: source))
      }
      steps.append(Step())
    }
  }
}
