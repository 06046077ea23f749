extension PlacementProblem {
  /// Whether a message goes through from one step to the next without being stored between them.
  public func streams(from first: Itinerary.Step, to second: Itinerary.Step) -> Bool {
    guard case .transfer(let tensor, let hop, let direction, _) = first,
      case .transfer(tensor, let next, direction, _) = second
    else { return false }
    return hops[hop].streams && hops[next].streams && next == (direction == .up ? hop + 1 : hop - 1)
  }

  /// The hops that the message of a step goes through at once: the step's own, and those it streams on over.
  public func hopsOfMessage(from index: Int, in steps: [Itinerary.Step]) -> [Int] {
    guard case .transfer(_, let hop, _, _) = steps[index] else { return [] }
    var path = [hop]
    var last = index
    while last + 1 < steps.count, streams(from: steps[last], to: steps[last + 1]) {
      last += 1
      if case .transfer(_, let hop, _, _) = steps[last] { path.append(hop) }
    }
    return path
  }

  /// From the first byte to the last of a message that has its links to itself: over several, the slowest decides.
  func transferNanoseconds(from index: Int, in steps: [Itinerary.Step]) -> Int64 {
    guard case .transfer(_, let hop, let direction, let bytes) = steps[index] else { return 0 }
    let path = hopsOfMessage(from: index, in: steps)
    guard path.count > 1 else { return hops[hop].transferNanoseconds(bytes: bytes, direction) }
    let rate = Hop.streamBytesPerSecond(over: path.map { hops[$0] }, direction)
    return .nanoseconds(Double(bytes) * 1e9 / rate)
  }

  /// Whether some message may stream over two hops or more.
  var streamsOverSeveralHops: Bool { zip(hops, hops.dropFirst()).contains { $0.streams && $1.streams } }
}

extension PlacementProblem.Hop {
  /// What a lone stream over several hops of one transport achieves.
  static func streamBytesPerSecond(over path: [PlacementProblem.Hop], _ direction: Direction) -> Double {
    let slowest = path.map { $0.bitsPerSecond(direction) / 8 }.min() ?? .infinity
    let latency = path.reduce(0) { $0 + Double($1.propagationNanoseconds) / 1e9 }
    return path[0].transport.goodput * min(slowest, path[0].transport.bound(latencySeconds: latency))
  }
}
