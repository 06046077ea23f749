/// Batches on machines whose speed, power or memory changes.
extension Engine {
  /// Whether there is room for the batch that the oldest request of a line leads.
  func admitsBatch(of line: Int, at index: Int) -> Bool {
    let leader = requests[Int(batchLines[line].first)]
    let plan = batchPlans[Int(steps[Int(leader.pointee.step)].details)].visit
    guard plan >= 0 else { return true }
    let size = min(batchLines[line].count, batchers[Int(machines[index].batcher)].maximum)
    return machines[index].weights.admits(visitPlans[Int(plan)], requests: Int64(size))
  }

  /// A batch is done: all its requests pay and leave, after the next batch has begun.
  mutating func machineServedBatch(_ leader: Int, at index: Int, _ batcher: Int) {
    let members = bookBatch(leader, at: index)
    release(leader, at: index, requests: Int64(members.count))
    batchers[batcher].busy -= 1
    for slot in members {
      let request = requests[slot]
      changeShare(of: request, to: steps[Int(request.pointee.step)].isOwn ? .none : .waiting)
      request.pointee.batch = 1
      request.pointee.leadsBatch = true
      machines[index].leave()
    }
    startBatches(at: batcher)
    scheduleMachine(index)
    for slot in members { leaveStation(slot) }
  }

  /// The requests that wait for batches at a machine that is dead; its lines are empty then.
  mutating func waitingForBatches(at batcher: Int) -> [Int] {
    var slots: [Int] = []
    var next = batchers[batcher].firstLine
    while next >= 0 {
      let line = batchLines.base + Int(next)
      var slot = Int(line.pointee.first)
      for _ in 0..<line.pointee.count {
        slots.append(slot)
        slot = Int(requests[slot].pointee.next)
      }
      line.pointee.count = 0
      line.pointee.first = -1
      next = line.pointee.next
    }
    batchers[batcher].waiting = 0
    return slots
  }
}
