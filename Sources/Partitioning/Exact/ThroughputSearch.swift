/// The placement whose busiest stage is shortest, searched layer by layer.
///
/// After each layer in topological order a partial placement is known by its state (`ThroughputStates`) and how busy it
/// keeps each stage. Of two in one state, one that keeps no stage less busy can be dropped. So can one that cannot beat
/// the best complete placement known: for any weights of the stages, its own weighted sum and the least that its state
/// still has to add must stay below that placement's busiest stage times the sum of the weights. The weights that give
/// the tightest bounds are found beforehand (a Lagrangian dual). What remains at the end is the optimum, for any acyclic
/// network with few tensors alive at a time.
///
/// Where very many placements come within a hair of each other, telling the best from the second best by nanoseconds is a
/// subset-sum problem and takes too many partial placements. Then it is searched for one that is better by some share, and
/// the best known is proven to be within that share of the optimum. Networks of many gated blocks (MobileNetV3 and
/// EfficientNet, whose squeeze-and-excitation branches multiply the ways to cross) leave a gap of up to a fifth between the
/// dual's bound and the best known at some bandwidths, too wide to search: then only that gap is told.
struct ThroughputSearch {
  /// How many states there may be, how many partial placements are kept after a layer, and how many pairs of them are
  /// compared, before giving up.
  static let stateLimit = 200_000
  static let labelLimit = 50_000
  static let comparisonLimit = 50_000_000
  /// The shares that are tried in turn.
  static let gaps = [0, 1e-3]

  private static let rounds = 200
  private static let bounds = 12

  static func best(_ problem: PlacementProblem) -> Optimum {
    guard let cuts = ThroughputCuts(problem, .twoWay) else {
      preconditionFailure("with crossings both ways every network has a placement")
    }
    var start = Optimum(placement: cuts.placement, cost: cuts.cost, isProven: false)
    func consider(_ placement: Placement) {
      let cost = problem.cost(of: placement)
      if cost.longestStage < start.cost.longestStage {
        start = Optimum(placement: placement, cost: cost, isProven: false)
      }
    }
    for tier in problem.tiers.indices { consider(problem.placement(everythingOn: tier)) }
    for cut in problem.singleTensorCuts { consider(problem.placement(cutting: cut)) }
    if Double(start.cost.longestStage) <= cuts.bound { return start.proven }
    guard let states = ThroughputStates(problem, upTo: stateLimit) else { return start }

    // Weights from which bounds follow, each with the least to come; those that bound best are kept.
    var weights = cuts.weights.compute + cuts.weights.up + cuts.weights.down
    var kept: [(bound: Double, weights: [Double], least: [[Double]])] = []
    for round in 0..<rounds {
      let total = weights.reduce(0, +)
      weights = weights.map { $0 / total }
      let least = states.leastToCome(weights)
      let bound = least[0][0]
      let entry = (bound, weights, least)
      if kept.count < bounds {
        kept.append(entry)
      } else if let worst = kept.indices.min(by: { kept[$0].bound < kept[$1].bound }), kept[worst].bound < bound {
        kept[worst] = entry
      }
      let found = states.best(weights, least)
      consider(Placement(tiers: found.tiers))
      let longest = Double(found.stages.max() ?? 0)
      guard longest > 0 else { break }
      for stage in weights.indices {
        weights[stage] *= 1 + Double(found.stages[stage]) / longest / (1 + Double(round) / 8)
      }
    }
    let bound = kept.map(\.bound).max() ?? 0
    if Double(start.cost.longestStage) <= bound * (1 - 1e-12) { return start.proven }
    kept.sort { $0.bound > $1.bound }
    let known = kept.map { ($0.weights, $0.least) }
    for gap in gaps {
      // Each improvement asks for more than the share again, so that this ends.
      while true {
        let longest = start.cost.longestStage
        let limit = gap == 0 ? longest : Int64((Double(longest) * (1 - gap)).rounded(.down))
        var search = ThroughputSearch(states, known, toBeat: limit)
        guard search.run() else { break }
        guard let better = search.bestPlacement() else {
          return Optimum(placement: start.placement, cost: start.cost, isProven: gap == 0, gap: gap)
        }
        start = Optimum(placement: better, cost: problem.cost(of: better), isProven: gap == 0)
        if gap == 0 { return start }
      }
    }
    let share = 1 - bound / Double(start.cost.longestStage)
    return Optimum(placement: start.placement, cost: start.cost, isProven: false, gap: share)
  }

  private let states: ThroughputStates
  private let limit: Int64
  private let bounds: [(weights: [Double], least: [[Double]])]

  /// The partial placements after the current layer, flat: states and stages, and what led there.
  private var stateOf: [Int32] = [0]
  private var stages: [Int64]
  private var history: [(parents: [Int32], tiers: [UInt8])] = []
  private var comparisons = 0

  private init(
    _ states: ThroughputStates, _ bounds: [(weights: [Double], least: [[Double]])], toBeat limit: Int64
  ) {
    self.states = states
    self.limit = limit
    self.bounds = bounds
    stages = [Int64](repeating: 0, count: states.stages)
  }

  /// Whether the search came to its end.
  private mutating func run() -> Bool {
    for layer in states.next.indices {
      expand(layer)
      guard keepBest() else { return false }
      if stateOf.isEmpty { return true }
    }
    return true
  }

  /// Every partial placement with every tier for one more layer.
  private mutating func expand(_ layer: Int) {
    let count = states.stages
    var (newStates, newStages): ([Int32], [Int64]) = ([], [])
    var (parents, tiers): ([Int32], [UInt8]) = ([], [])
    var stage = [Int64](repeating: 0, count: count)
    // Weights add up to 1; rounding must not drop what is better by a nanosecond.
    let most = Double(limit) * (1 + 1e-12)
    for label in stateOf.indices {
      for tier in 0..<states.tiers {
        let choice = Int(stateOf[label]) * states.tiers + tier
        let next = states.next[layer][choice]
        guard next >= 0 else { continue }
        var longest: Int64 = 0
        for index in 0..<count {
          stage[index] = stages[label * count + index] + states.added[layer][choice * count + index]
          longest = max(longest, stage[index])
        }
        guard longest < limit else { continue }
        let canBeat = bounds.allSatisfy { bound in
          var sum = bound.least[layer + 1][Int(next)]
          for index in 0..<count { sum += bound.weights[index] * Double(stage[index]) }
          return sum < most
        }
        guard canBeat else { continue }
        newStates.append(next)
        newStages += stage
        parents.append(Int32(label))
        tiers.append(UInt8(tier))
      }
    }
    (stateOf, stages) = (newStates, newStages)
    history.append((parents, tiers))
  }

  /// Drops partial placements that another in the same state is nowhere worse than; false where there are too many.
  private mutating func keepBest() -> Bool {
    let count = states.stages
    guard stateOf.count <= 8 * Self.labelLimit else { return false }
    let order = stateOf.indices.sorted { a, b in
      if stateOf[a] != stateOf[b] { return stateOf[a] < stateOf[b] }
      for index in 0..<count {
        let (left, right) = (stages[a * count + index], stages[b * count + index])
        if left != right { return left < right }
      }
      return a < b
    }
    var kept: [Int] = []
    var groupStart = 0
    for label in order {
      if let last = kept.last, stateOf[last] != stateOf[label] { groupStart = kept.count }
      var isDominated = false
      for other in kept[groupStart...].reversed() {
        comparisons += 1
        if isNowhereWorse(other, than: label) {
          isDominated = true
          break
        }
      }
      guard comparisons <= Self.comparisonLimit else { return false }
      if !isDominated { kept.append(label) }
    }
    guard kept.count <= Self.labelLimit else { return false }
    stages = kept.flatMap { stages[($0 * count)..<(($0 + 1) * count)] }
    stateOf = kept.map { stateOf[$0] }
    let last = history.count - 1
    history[last] = (kept.map { history[last].parents[$0] }, kept.map { history[last].tiers[$0] })
    return true
  }

  private func isNowhereWorse(_ a: Int, than b: Int) -> Bool {
    let count = states.stages
    for index in 0..<count where stages[a * count + index] > stages[b * count + index] { return false }
    return true
  }

  /// The complete placement with the shortest busiest stage; `nil` where none beats the one to beat.
  private func bestPlacement() -> Placement? {
    let count = states.stages
    func longest(_ label: Int) -> Int64 { stages[(label * count)..<((label + 1) * count)].max() ?? 0 }
    guard var label = stateOf.indices.min(by: { longest($0) < longest($1) }) else { return nil }
    var tiers = [UInt8](repeating: 0, count: history.count)
    for layer in history.indices.reversed() {
      tiers[layer] = history[layer].tiers[label]
      label = Int(history[layer].parents[label])
    }
    return Placement(tiers: tiers)
  }
}
