import Partitioning

/// What visits need in machines' memory.
extension Engine {
  /// The plan of a visit for some layers of a partition; -1 where no memory is looked at.
  mutating func visitPlan(of partition: PartitionMemory, layers: [Int], on node: Int, source: Int)
    throws(SimulationError) -> Int32
  {
    let traits = model.nodes[node].traits
    guard traits.memory != nil || traits.firstInference != nil, !layers.isEmpty else { return -1 }
    let kind = WeightsKind(node: node, model: model.sources[source].model, layers: partition.layers)
    let number = weightsKinds[kind] ?? Int32(weightsKinds.count)
    weightsKinds[kind] = number
    let memory = traits.memory
    let load = memory?.loadNanoseconds(bytes: partition.weightBytes) ?? 0
    guard load < SharingStation.workLimit else {
      throw SimulationError(
        "\(partition.weightBytes) bytes of weights take too long to load on node '\(model.nodes[node].name)'")
    }
    visitPlans.append(
      VisitPlan(
        kind: number, weightBytes: Int64(memory == nil ? 0 : partition.weightBytes),
        activationBytes: Int64(memory == nil ? 0 : partition.activationBytes),
        load: load))
    return Int32(visitPlans.count - 1)
  }

  /// What a placement keeps in memory, by tier of the path; `nil` where nobody looks.
  func partitions(of placement: Placement, _ source: Int) -> [PartitionMemory?] {
    let problem = model.sources[source].problem
    return model.sources[source].path.enumerated().map { tier, node in
      let traits = model.nodes[node].traits
      let isLookedAt = traits.memory != nil || traits.firstInference != nil
      return isLookedAt ? problem.memory(of: placement, on: tier) : nil
    }
  }

  /// Throws `SimulationError` where a placement needs more memory than a node has.
  func checkMemory(_ placement: Placement, in problem: PlacementProblem, of source: Int) throws(SimulationError) {
    for (tier, node) in model.sources[source].path.enumerated() {
      guard let memory = model.nodes[node].traits.memory else { continue }
      let part = problem.memory(of: placement, on: tier)
      let batch = model.nodes[node].scheduler.largestBatch
      let need = part.bytes(requests: batch)
      guard need > memory.bytes else { continue }
      let name = model.models[model.sources[source].model]
      throw SimulationError(
        "node '\(model.nodes[node].name)' has \(memory.bytes) bytes of memory, and its layers of '\(name)' need "
          + "\(need): \(part.weightBytes) of weights and \(part.activationBytes) of tensors"
          + (batch > 1 ? " for each of \(batch) requests" : ""))
    }
  }
}

extension Scheduler {
  /// How many requests are computed at once at most by one server.
  public var largestBatch: Int { if case .batch(let maximum, _) = self { maximum } else { 1 } }
}
