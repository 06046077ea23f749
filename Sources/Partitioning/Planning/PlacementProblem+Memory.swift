import StrictJSON

/// What the layers of one placement take of a node's memory.
public struct PartitionMemory: Sendable, Hashable {
  /// The layers on the node, ascending.
  public let layers: [Int]
  public let weightBytes: Int
  /// Bytes of the tensors that are alive at once, at most, for one request.
  public let activationBytes: Int

  /// With so many requests computed at once.
  public func bytes(requests: Int) -> Int {
    let (tensors, overflow) = activationBytes.multipliedReportingOverflow(by: requests)
    let (sum, isLarge) = weightBytes.addingReportingOverflow(tensors)
    return overflow || isLarge ? .max : sum
  }
}

/// A node's memory, and how many requests it computes in one batch.
public struct MemoryLimit: Sendable {
  public var bytes: Int
  public var requests: Int
  /// Where it was said, for errors.
  public var position: SourcePosition?

  public init(bytes: Int, requests: Int = 1, position: SourcePosition? = nil) {
    self.position = position
    self.bytes = bytes
    self.requests = requests
  }
}

extension PlacementProblem {
  /// What a placement takes of a tier's memory: all weights there, and the peak of its tensors.
  ///
  /// Layers run in topological order; a tensor is there from its maker, or where it comes from elsewhere from its first
  /// reader on, to its last reader. O(layers + tensors).
  public func memory(of placement: Placement, on tier: Int) -> PartitionMemory {
    let (problem, placement) = opened(for: placement)
    let network = problem.network
    let layers = network.layers.indices.filter { placement[$0] == tier && !network.layers[$0].isInput }
    var weights = 0
    for layer in layers { weights = weights.addingClamped(network.layers[layer].work?.weightBytes ?? 0) }
    // By layer: bytes that come to life when it runs, and that die after it.
    var begins = [Int](repeating: 0, count: network.layers.count)
    var ends = begins
    for tensor in network.tensors {
      let isMade = placement[tensor.producer] == tier && !network.layers[tensor.producer].isInput
      let readers = tensor.consumers.filter { placement[$0] == tier }
      guard let first = isMade ? tensor.producer : readers.first else { continue }
      begins[first] = begins[first].addingClamped(tensor.bytes)
      let last = readers.last ?? first
      ends[last] = ends[last].addingClamped(tensor.bytes)
    }
    var (alive, peak) = (0, 0)
    for layer in layers {
      alive = alive.addingClamped(begins[layer])
      peak = max(peak, alive)
      alive -= min(alive, ends[layer])
    }
    return PartitionMemory(layers: layers, weightBytes: weights, activationBytes: peak)
  }

  /// Whether some tier's memory is limited.
  public var limitsMemory: Bool { tiers.contains { $0.memory != nil } }

  /// Whether every tier has the memory that a placement needs.
  public func fits(_ placement: Placement) -> Bool { !limitsMemory || shortage(of: placement) == nil }

  /// Throws `InputError` where a tier has less memory than a placement needs, with both numbers.
  public func checkMemory(of placement: Placement) throws(InputError) {
    if let shortage = shortage(of: placement) { throw InputError(shortage.message, at: shortage.position) }
  }

  private func shortage(of placement: Placement) -> (message: String, position: SourcePosition?)? {
    for (index, tier) in tiers.enumerated() {
      guard let limit = tier.memory else { continue }
      let part = memory(of: placement, on: index)
      let need = part.bytes(requests: limit.requests)
      if need <= limit.bytes { continue }
      let message =
        "node '\(tier.name.printable)' has \(limit.bytes) bytes of memory, and its layers of "
        + "'\(network.name.printable)' need \(need): \(part.weightBytes) of weights and \(part.activationBytes) of tensors"
        + (limit.requests > 1 ? " for each of \(limit.requests) requests" : "")
      return (message, limit.position)
    }
    return nil
  }
}

extension Int {
  fileprivate func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
