/// A request that could not end, because what it waits for never comes.
public struct StuckRequest: Sendable {
  /// Its `RequestRecord.sequence`, source and arrival in nanoseconds.
  public var sequence: Int64
  public var source: Int
  public var arrival: Int64
  /// What it waits for: a node or a link, by name.
  public var place: String
  public var isLink: Bool
}

extension Engine {
  /// The requests that nothing moves before the end of all simulations: as many as people read of.
  mutating func noteStuck() {
    for slot in 0..<requests.slots where !requests[slot].pointee.isDone && !isRemains(slot) {
      if stuck.count == Self.stuckLimit { return }
      let request = requests[slot]
      let step = steps[Int(request.pointee.step)]
      let group = Int(step.group)
      let isLink = group >= model.nodes.count
      stuck.append(
        StuckRequest(
          sequence: request.pointee.record.sequence, source: Int(request.pointee.record.source),
          arrival: request.pointee.record.arrival,
          place: isLink ? model.links[(group - model.nodes.count) / 2].name : model.nodes[group].name, isLink: isLink))
    }
  }

  private static let stuckLimit = 5
}
