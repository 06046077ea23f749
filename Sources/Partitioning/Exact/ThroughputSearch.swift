/// The placement whose busiest stage is shortest, searched layer by layer.
///
/// After each layer in topological order a partial placement is known by how busy it keeps each stage and how far each
/// tensor that is still to be read has travelled. Of two partial placements with the same travels, one that keeps no
/// stage less busy can be dropped. So can one that already reaches the best complete placement known, or must reach it
/// by the bound of `ThroughputCuts`. What remains at the end is the optimum, for any acyclic network.
struct ThroughputSearch {
  /// How many partial placements are kept after a layer, and how many pairs of them are compared, before giving up.
  static let labelLimit = 50_000
  static let comparisonLimit = 100_000_000

  static func best(_ problem: PlacementProblem) -> Optimum {
    guard let cuts = ThroughputCuts(problem, .twoWay) else {
      preconditionFailure("with crossings both ways every network has a placement")
    }
    var start = Optimum(placement: cuts.placement, cost: cuts.cost, isProven: false)
    for tier in problem.tiers.indices {
      let placement = problem.placement(everythingOn: tier)
      let cost = problem.cost(of: placement)
      if cost.longestStage < start.cost.longestStage {
        start = Optimum(placement: placement, cost: cost, isProven: false)
      }
    }
    for cut in problem.singleTensorCuts {
      let placement = problem.placement(cutting: cut)
      let cost = problem.cost(of: placement)
      if cost.longestStage < start.cost.longestStage {
        start = Optimum(placement: placement, cost: cost, isProven: false)
      }
    }
    if Double(start.cost.longestStage) <= cuts.bound { return start.proven }
    var search = ThroughputSearch(problem, cuts.weights, toBeat: start.cost.longestStage)
    guard search.run() else { return start }
    guard let better = search.bestPlacement() else { return start.proven }
    return Optimum(placement: better, cost: problem.cost(of: better), isProven: true)
  }

  private let problem: PlacementProblem
  private let pins: [Int]
  private let limit: Int64
  private let weights: [Double]
  /// The least weighted compute of all later layers, by layer.
  private let remaining: [Double]
  private let stageCount: Int
  /// The last layer that reads each tensor, -1 where none does.
  private let lastReader: [Int]

  /// The partial placements after the current layer, flat: stages and travels (lowest and highest tier of each live
  /// tensor), and what led there.
  private var live: [Int] = []
  private var stages: [Int64] = []
  private var travels: [UInt8] = []
  private var count = 1
  private var history: [(parents: [Int32], tiers: [UInt8])] = []
  private var comparisons = 0

  private init(_ problem: PlacementProblem, _ weights: Weights, toBeat limit: Int64) {
    self.problem = problem
    self.limit = limit
    let pins = problem.pins()
    self.pins = pins
    self.weights = weights.compute + weights.up + weights.down
    stageCount = self.weights.count
    lastReader = problem.network.tensors.map { $0.consumers.last ?? -1 }
    var remaining = [Double](repeating: 0, count: problem.network.layers.count + 1)
    for layer in problem.network.layers.indices.reversed() {
      let choices = problem.tiers.indices.filter { pins[layer] < 0 || pins[layer] == $0 }
      let least = choices.map { weights.compute[$0] * Double(problem.tiers[$0].computeNanoseconds[layer]) }.min() ?? 0
      remaining[layer] = remaining[layer + 1] + least
    }
    self.remaining = remaining
    stages = [Int64](repeating: 0, count: stageCount)
  }

  /// Whether the search came to its end.
  private mutating func run() -> Bool {
    for layer in problem.network.layers.indices {
      expand(layer)
      guard keepBest() else { return false }
      if count == 0 { return true }
    }
    return true
  }

  /// Every partial placement with every tier for one more layer.
  private mutating func expand(_ layer: Int) {
    let tensors = problem.network.tensors
    let outputs = problem.network.layers[layer].outputs
    let slots = problem.network.layers[layer].inputs.map { input in live.firstIndex(of: input) ?? 0 }
    let kept = live.indices.filter { lastReader[live[$0]] > layer }
    let made = outputs.filter { lastReader[$0] > layer }
    let bound = Double(limit) * weights.reduce(0, +) * (1 - 1e-12)
    var (newStages, newTravels): ([Int64], [UInt8]) = ([], [])
    var (parents, tiers): ([Int32], [UInt8]) = ([], [])
    var stage = [Int64](repeating: 0, count: stageCount)
    var travel = [UInt8](repeating: 0, count: 2 * live.count)
    for label in 0..<count {
      for tier in problem.tiers.indices where pins[layer] < 0 || pins[layer] == tier {
        for index in 0..<stageCount { stage[index] = stages[label * stageCount + index] }
        for index in travel.indices { travel[index] = travels[label * travel.count + index] }
        stage[tier] += problem.tiers[tier].computeNanoseconds[layer]
        for (slot, input) in zip(slots, problem.network.layers[layer].inputs) {
          let (low, high) = (Int(travel[2 * slot]), Int(travel[2 * slot + 1]))
          addTransfers(&stage, bytes: tensors[input].bytes, from: low, high, to: tier)
          travel[2 * slot] = UInt8(min(low, tier))
          travel[2 * slot + 1] = UInt8(max(high, tier))
        }
        for output in outputs {
          if let home = problem.returnTier(of: output) {
            addTransfers(&stage, bytes: tensors[output].bytes, from: tier, tier, to: home)
          }
        }
        var weighted = remaining[layer + 1]
        var longest: Int64 = 0
        for index in 0..<stageCount {
          weighted += weights[index] * Double(stage[index])
          longest = max(longest, stage[index])
        }
        guard longest < limit, weighted < bound else { continue }
        newStages.append(contentsOf: stage)
        for slot in kept { newTravels.append(contentsOf: travel[(2 * slot)...(2 * slot + 1)]) }
        for output in made {
          newTravels.append(UInt8(min(tier, problem.returnTier(of: output) ?? tier)))
          newTravels.append(UInt8(tier))
        }
        parents.append(Int32(label))
        tiers.append(UInt8(tier))
      }
    }
    live = kept.map { live[$0] } + made
    (stages, travels, count) = (newStages, newTravels, parents.count)
    history.append((parents, tiers))
  }

  /// A tensor that has reached every tier from `low` to `high` goes on to another.
  private func addTransfers(_ stage: inout [Int64], bytes: Int, from low: Int, _ high: Int, to tier: Int) {
    let (tierCount, hopCount) = (problem.tiers.count, problem.hops.count)
    for hop in high..<max(high, tier) {
      stage[tierCount + hop] += problem.hops[hop].transferNanoseconds(bytes: bytes, .up)
      addSerialization(&stage, bytes: bytes, hop)
    }
    for hop in min(low, tier)..<low {
      stage[tierCount + hopCount + hop] += problem.hops[hop].transferNanoseconds(bytes: bytes, .down)
      addSerialization(&stage, bytes: bytes, hop)
    }
  }

  private func addSerialization(_ stage: inout [Int64], bytes: Int, _ hop: Int) {
    let processing = problem.hops[hop].serialization.nanoseconds(bytes: bytes)
    stage[hop] += processing
    stage[hop + 1] += processing
  }

  /// Drops partial placements that another with the same travels is nowhere worse than; false where there are too many.
  private mutating func keepBest() -> Bool {
    guard count <= 8 * Self.labelLimit else { return false }
    let width = 2 * live.count
    let order = (0..<count).sorted { a, b in
      for index in 0..<width {
        let (left, right) = (travels[a * width + index], travels[b * width + index])
        if left != right { return left < right }
      }
      for index in 0..<stageCount {
        let (left, right) = (stages[a * stageCount + index], stages[b * stageCount + index])
        if left != right { return left < right }
      }
      return a < b
    }
    var kept: [Int] = []
    var groupStart = 0
    for label in order {
      if let last = kept.last, !hasSameTravels(last, label, width) { groupStart = kept.count }
      comparisons += kept.count - groupStart
      guard comparisons <= Self.comparisonLimit else { return false }
      if !kept[groupStart...].contains(where: { isNowhereWorse($0, than: label) }) { kept.append(label) }
    }
    guard kept.count <= Self.labelLimit else { return false }
    compact(to: kept, width)
    return true
  }

  private mutating func compact(to kept: [Int], _ width: Int) {
    stages = kept.flatMap { stages[($0 * stageCount)..<(($0 + 1) * stageCount)] }
    travels = kept.flatMap { travels[($0 * width)..<(($0 + 1) * width)] }
    count = kept.count
    let last = history.count - 1
    history[last] = (kept.map { history[last].parents[$0] }, kept.map { history[last].tiers[$0] })
  }

  private func hasSameTravels(_ a: Int, _ b: Int, _ width: Int) -> Bool {
    for index in 0..<width where travels[a * width + index] != travels[b * width + index] { return false }
    return true
  }

  private func isNowhereWorse(_ a: Int, than b: Int) -> Bool {
    for index in 0..<stageCount where stages[a * stageCount + index] > stages[b * stageCount + index] { return false }
    return true
  }

  /// The complete placement with the shortest busiest stage; `nil` where none beats the one to beat.
  private func bestPlacement() -> Placement? {
    func longest(_ label: Int) -> Int64 { stages[(label * stageCount)..<((label + 1) * stageCount)].max() ?? 0 }
    guard count > 0, var label = (0..<count).min(by: { longest($0) < longest($1) }) else { return nil }
    var tiers = [UInt8](repeating: 0, count: history.count)
    for layer in history.indices.reversed() {
      tiers[layer] = history[layer].tiers[label]
      label = Int(history[layer].parents[label])
    }
    return Placement(tiers: tiers)
  }
}
