import Partitioning

/// Costs by the sums of the serial model, without steps: the slow, obvious twin of `Itinerary` and `PlanCost`.
struct DirectCost {
  var latency: Int64 = 0
  var joules = 0.0
  var stages: [String: Int64] = [:]

  init(_ placement: Placement, in problem: PlacementProblem) {
    let device = problem.tiers[0]
    for layer in problem.network.layers.indices {
      let tier = placement[layer]
      let time = problem.tiers[tier].computeNanoseconds[layer]
      latency += time
      stages["tier \(tier)", default: 0] += time
      let watts =
        tier == 0
        ? device.busyWatts / Double(device.servers) + device.idleWatts * Double(device.servers - 1)
          / Double(device.servers)
        : device.idleWatts
      joules += watts * Double(time) / 1e9
    }
    for tensor in problem.network.tensors {
      let home = placement[tensor.producer]
      var readers = tensor.consumers.map { placement[$0] }
      if problem.returnsResult, tensor.isResult { readers.append(0) }
      for hop in problem.hops.indices {
        if home <= hop, readers.contains(where: { $0 > hop }) { send(tensor.bytes, hop, .up, problem) }
        if home > hop, readers.contains(where: { $0 <= hop }) { send(tensor.bytes, hop, .down, problem) }
      }
    }
  }

  private mutating func send(_ bytes: Int, _ hop: Int, _ direction: Direction, _ problem: PlacementProblem) {
    let rate = direction == .up ? problem.hops[hop].uplinkBitsPerSecond : problem.hops[hop].downlinkBitsPerSecond
    let sending = Int64((Double(bytes) * 8 / rate * 1e9).rounded())
    latency += sending + problem.hops[hop].propagationNanoseconds
    stages["hop \(hop) \(direction)", default: 0] += sending
    let idle = problem.tiers[0].idleWatts
    var watts = idle
    if hop == 0, case .constant(let transmit, let receive) = problem.radio {
      watts += direction == .up ? transmit : receive
    }
    joules += watts * Double(sending) / 1e9 + idle * Double(problem.hops[hop].propagationNanoseconds) / 1e9
  }

  var longestStage: Int64 { stages.values.max() ?? 0 }
}

/// Every placement there is, by counting in base `tiers`; for small networks only.
func allPlacements(_ problem: PlacementProblem, oneWay: Bool = false) -> [Placement] {
  let layers = problem.network.layers.indices
  var placements: [Placement] = [Placement(tiers: [])]
  for layer in layers {
    placements = placements.flatMap { partial in
      problem.tiers.indices.compactMap { tier -> Placement? in
        if let pin = problem.pinnedTier(of: layer), pin != tier { return nil }
        let sources = problem.network.layers[layer].inputs.map { problem.network.tensors[$0].producer }
        if oneWay, sources.contains(where: { Int(partial.tiers[$0]) > tier }) { return nil }
        return Placement(tiers: partial.tiers + [UInt8(tier)])
      }
    }
  }
  return placements
}
