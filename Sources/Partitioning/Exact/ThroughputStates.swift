/// What later layers can tell of a placement of earlier ones: how far each tensor that is still to be read has travelled.
///
/// After each layer in topological order every partial placement is in one state; a state and the next layer's tier give
/// the next state and the time added to each stage. Networks have few states, as few tensors are alive at a time.
struct ThroughputStates {
  /// By layer: the state after it, by the state before it and its tier; -1 where a pin forbids the tier.
  private(set) var next: [[Int32]] = []
  /// By layer: what the stages take more, by state before it, tier and stage.
  private(set) var added: [[Int64]] = []
  let tiers: Int
  /// Each tier's compute, then each hop's sending up, then down.
  let stages: Int

  /// `nil` where there are more states than the limit.
  init?(_ problem: PlacementProblem, upTo limit: Int) {
    tiers = problem.tiers.count
    stages = tiers + 2 * problem.hops.count
    let tensors = problem.network.tensors
    let pins = problem.pins()
    let lastReader = tensors.map { $0.consumers.last ?? -1 }
    var live: [Int] = []
    // The lowest and the highest tier of each live tensor, state after state.
    var states: [[UInt8]] = [[]]
    var total = 0
    for (layer, entry) in problem.network.layers.enumerated() {
      let slots = entry.inputs.map { input in live.firstIndex(of: input) ?? 0 }
      let kept = live.indices.filter { lastReader[live[$0]] > layer }
      let made = entry.outputs.filter { lastReader[$0] > layer }
      var indices: [[UInt8]: Int32] = [:]
      var (newStates, next): ([[UInt8]], [Int32]) = ([], [])
      var added = [Int64](repeating: 0, count: states.count * tiers * stages)
      next.reserveCapacity(states.count * tiers)
      for (index, state) in states.enumerated() {
        for tier in 0..<tiers {
          guard pins[layer] < 0 || pins[layer] == tier else {
            next.append(-1)
            continue
          }
          let start = (index * tiers + tier) * stages
          var travel = state
          added[start + tier] += problem.tiers[tier].computeNanoseconds[layer]
          for (slot, input) in zip(slots, entry.inputs) {
            let (low, high) = (Int(travel[2 * slot]), Int(travel[2 * slot + 1]))
            problem.addTransfers(&added, start, bytes: tensors[input].bytes, from: low, high, to: tier)
            if tier > high { problem.addCodec(&added, start, of: input, from: high, to: tier) }
            travel[2 * slot] = UInt8(min(low, tier))
            travel[2 * slot + 1] = UInt8(max(high, tier))
          }
          for output in entry.outputs {
            guard let home = problem.returnTier(of: output) else { continue }
            problem.addTransfers(&added, start, bytes: tensors[output].bytes, from: tier, tier, to: home)
          }
          var after: [UInt8] = []
          for slot in kept { after += travel[(2 * slot)...(2 * slot + 1)] }
          for output in made {
            after += [UInt8(min(tier, problem.returnTier(of: output) ?? tier)), UInt8(tier)]
          }
          if let known = indices[after] {
            next.append(known)
          } else {
            indices[after] = Int32(newStates.count)
            next.append(Int32(newStates.count))
            newStates.append(after)
          }
        }
      }
      self.next.append(next)
      self.added.append(added)
      live = kept.map { live[$0] } + made
      states = newStates
      total += states.count
      guard total <= limit else { return nil }
    }
  }

  /// The least weighted sum of stages that each state still has to add, by layer before which it stands.
  func leastToCome(_ weights: [Double]) -> [[Double]] {
    var least: [[Double]] = [[0]]
    for layer in next.indices.reversed() {
      let after = least[least.count - 1]
      let count = next[layer].count / tiers
      // The last layer leads to a single state, as nothing is read any more.
      var own = [Double](repeating: .infinity, count: count)
      for choice in next[layer].indices where next[layer][choice] >= 0 {
        var sum = after[Int(next[layer][choice])]
        for stage in 0..<stages { sum += weights[stage] * Double(added[layer][choice * stages + stage]) }
        own[choice / tiers] = min(own[choice / tiers], sum)
      }
      least.append(own)
    }
    return least.reversed()
  }

  /// The placement of least weighted sum, and its stages.
  func best(_ weights: [Double], _ least: [[Double]]) -> (tiers: [UInt8], stages: [Int64]) {
    var (state, chosen, times) = (0, [UInt8](), [Int64](repeating: 0, count: stages))
    for layer in next.indices {
      var best = (cost: Double.infinity, tier: 0)
      for tier in 0..<tiers where next[layer][state * tiers + tier] >= 0 {
        let choice = state * tiers + tier
        var cost = least[layer + 1][Int(next[layer][choice])]
        for stage in 0..<stages { cost += weights[stage] * Double(added[layer][choice * stages + stage]) }
        if cost < best.cost { best = (cost, tier) }
      }
      let choice = state * tiers + best.tier
      for stage in 0..<stages { times[stage] += added[layer][choice * stages + stage] }
      chosen.append(UInt8(best.tier))
      state = Int(next[layer][choice])
    }
    return (chosen, times)
  }
}

extension PlacementProblem {
  /// A tensor that has reached every tier from `low` to `high` goes on to another.
  fileprivate func addTransfers(
    _ stages: inout [Int64], _ start: Int, bytes: Int, from low: Int, _ high: Int, to tier: Int
  ) {
    for hop in high..<max(high, tier) {
      stages[start + tiers.count + hop] += hops[hop].transferNanoseconds(bytes: bytes, .up)
      addSerialization(&stages, start, bytes: bytes, hop)
    }
    for hop in min(low, tier)..<low {
      stages[start + tiers.count + hops.count + hop] += hops[hop].transferNanoseconds(bytes: bytes, .down)
      addSerialization(&stages, start, bytes: bytes, hop)
    }
  }

  /// An input of the network goes on upwards: it is decoded where it ends, and no longer where it was.
  fileprivate func addCodec(_ stages: inout [Int64], _ start: Int, of tensor: Int, from high: Int, to tier: Int) {
    guard isEncoded(tensor, .up) else { return }
    if high == 0 { stages[start] += codec.encodeNanoseconds } else { stages[start + high] -= codec.decodeNanoseconds }
    stages[start + tier] += codec.decodeNanoseconds
  }

  private func addSerialization(_ stages: inout [Int64], _ start: Int, bytes: Int, _ hop: Int) {
    let processing = hops[hop].serialization.nanoseconds(bytes: bytes)
    stages[start + hop] += processing
    stages[start + hop + 1] += processing
  }
}
