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
      case .machineDue: machineDue(event.index)
      case .windowPassed: windowPassed(isEnd: event.index == 1)
      }
    }
    if now >= EventQueue.timeLimit { throw SimulationError("simulated time goes beyond four and a half years") }
    if let failure { throw failure }
    return true
  }

  private mutating func requestAdvanced(_ slot: Int) {
    switch requests[slot].pointee.phase {
    case .serving: queueServed(slot)
    case .pacing: sendNextWindow(slot)
    default: endStep(slot)
    }
  }

  mutating func interrupt() { isInterrupted = true }
}
