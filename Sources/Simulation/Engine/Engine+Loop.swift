extension Engine {
  /// Lets up to `count` events happen, or as many as fill the output; `false` when none is left.
  mutating func advance(events count: Int) throws -> Bool {
    let end = events + count
    while events < end && output.count < Engine.outputCapacity && stepOutput.count < Engine.outputCapacity {
      guard let (time, event) = queue.next(before: stopTime) else { return false }
      now = time
      events += 1
      switch event.kind {
      case .requestArrived: try requestArrived(event.index)
      case .clientReturned: try clientReturned(event.index)
      case .requestAdvanced: requestAdvanced(event.index)
      case .sharingDue: sharingDue(event.index)
      case .promotionEnded: promotionEnded(event.index)
      case .batchServed: batchServed(event.index)
      case .batchDue: batchDue(event.index)
      case .flowDue: flowDue(event.index)
      case .capacityChanged: capacityChanged(event.index)
      case .alarm: alarmRang(event.index)
      case .mediumDue: mediumDue(event.index)
      case .machineDue: machineDue(event.index)
      case .windowPassed: windowPassed(isEnd: event.index == 1)
      }
    }
    if let failure { throw failure }
    return true
  }

  private mutating func requestAdvanced(_ slot: Int) {
    let phase = requests[slot].pointee.phase
    // By far the most frequent.
    if phase == .serving { return queueServed(slot) }
    switch phase {
    case .pacing: sendNextWindow(slot)
    case .lost: messageLost(slot)
    case .dead: requests.free(slot)
    case .held: letGo(slot)
    default: endStep(slot)
    }
  }

  mutating func interrupt() { isInterrupted = true }
}
