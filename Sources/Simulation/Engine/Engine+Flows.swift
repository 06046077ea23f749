import Partitioning

/// Messages that cross several shared links at once, at max-min fair rates.
extension Engine {
  /// A message begins to flow.
  mutating func beginFlow(_ slot: Int, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>) {
    let details = transfers.base + Int(step.pointee.details)
    beginSharing(request, step)
    request.pointee.phase = .serving
    request.pointee.serviceStart = now
    let flow = flows.addFlow(
      slot: slot, bytes: Double(step.pointee.bytes) / details.pointee.goodput, weight: details.pointee.weight,
      bound: details.pointee.bound, at: now)
    request.pointee.station = Int32(flow)
    for index in 0..<Int(details.pointee.constraints) {
      let hop = flowPaths[Int(details.pointee.firstConstraint) + index]
      let instance = hop.stride == 0 ? 0 : machine(on: hop.tier, for: request)
      flows.use(flow, Int(hop.constraint) + instance, amount: 1)
      if hop.reverse >= 0 { flows.use(flow, Int(hop.reverse) + instance, amount: Transport.acknowledgement) }
    }
    var touched: [Int32] = []
    flows.forEachConstraint(of: flow) { touched.append(Int32($0)) }
    for index in 0..<Int(details.pointee.constraints) {
      let hop = flowPaths[Int(details.pointee.firstConstraint) + index]
      let constraint = Int(hop.constraint) + (hop.stride == 0 ? 0 : machine(on: hop.tier, for: request))
      noteBusy(constraint)
      flows.constraints[constraint].senders += 1
      if hop.group != step.pointee.group && window.contains(now) {
        let work = Double(step.pointee.bytes) / flows.constraints[constraint].fullCapacity
        groups[Int(hop.group)].offered += Int128(work)
      }
    }
    for constraint in touched { watchCapacity(Int(constraint)) }
    solveFlows(around: touched)
  }

  /// The first of connected flows may have ended.
  mutating func flowDue(_ index: Int) {
    guard flows.flows[index].slot >= 0 && flows.flows[index].dueTime == now else { return }
    let slot = Int(flows.flows[index].slot)
    let request = requests[slot]
    let step = steps.base + Int(request.pointee.step)
    let details = transfers.base + Int(step.pointee.details)
    let isCounted = window.contains(now)
    let touched = leaveConstraints(index, request, details)
    for place in 0..<Int(details.pointee.constraints) {
      let hop = flowPaths[Int(details.pointee.firstConstraint) + place]
      guard isCounted && hop.group != step.pointee.group else { continue }
      groups[Int(hop.group)].bytes += step.pointee.bytes
      groups[Int(hop.group)].started += 1
    }
    let wire = details.pointee.wire
    sent(slot, request, step, fullRate: isCounted ? wire - request.pointee.counted : 0)
    solveFlows(around: touched)
    leaveStation(slot)
  }

  /// A flow is no longer there; returns the constraints whose other flows may now have more.
  private mutating func leaveConstraints(
    _ index: Int, _ request: UnsafeMutablePointer<Request>, _ details: UnsafeMutablePointer<TransferDetails>
  ) -> [Int32] {
    var touched: [Int32] = []
    flows.forEachConstraint(of: index) { touched.append(Int32($0)) }
    for place in 0..<Int(details.pointee.constraints) {
      let hop = flowPaths[Int(details.pointee.firstConstraint) + place]
      let constraint = Int(hop.constraint) + (hop.stride == 0 ? 0 : machine(on: hop.tier, for: request))
      noteBusy(constraint)
      flows.constraints[constraint].senders -= 1
    }
    flows.remove(index)
    return touched
  }

  /// Takes a flow out before its end; returns what it has sent, in work at the link's full rate.
  mutating func removeFlow(
    _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) -> Int64 {
    let details = transfers.base + Int(step.pointee.details)
    let index = Int(request.pointee.station)
    let sent = sentWork(of: index, details)
    solveFlows(around: leaveConstraints(index, request, details))
    return sent
  }

  /// A constraint's capacity changes, or does not: then its flows go on.
  mutating func capacityChanged(_ index: Int) {
    guard flows.constraints[index].dueTime == now else { return }
    flows.constraints[index].dueTime = .max
    guard flows.constraints[index].flows > 0 else { return }
    watchCapacity(index)
    solveFlows(around: [Int32(index)])
  }

  /// Reads the capacity of a constraint with a clock, and when it will change.
  private mutating func watchCapacity(_ index: Int) {
    let constraint = flows.constraints.base + index
    guard constraint.pointee.clock >= 0 && constraint.pointee.dueTime == .max else { return }
    let rate = clocks[Int(constraint.pointee.clock)].rate(at: now)
    constraint.pointee.capacity = rate.fraction * constraint.pointee.fullCapacity
    guard rate.until < .max else { return }
    constraint.pointee.dueTime = rate.until
    queue.schedule(Event(.capacityChanged, index), at: rate.until)
  }

  private mutating func solveFlows(around touched: [Int32]) {
    var due: [(flow: Int, time: Int64)] = []
    flows.solve(around: touched, at: now) { due.append(($0, $1)) }
    for entry in due { queue.schedule(Event(.flowDue, entry.flow), at: entry.time) }
  }

  /// Adds the time since the last change in which something was sent.
  private mutating func noteBusy(_ index: Int) {
    let constraint = flows.constraints.base + index
    if constraint.pointee.senders > 0 {
      groups[Int(constraint.pointee.group)].busy += Int128(window.overlap(constraint.pointee.lastChange, now))
    }
    constraint.pointee.lastChange = now
  }

  /// The window begins or ends: what flows with a radio have sent until then is noted.
  mutating func flowsPassWindow(isEnd: Bool) {
    for index in 0..<flows.flows.count where flows.flows[index].slot >= 0 {
      let request = requests[Int(flows.flows[index].slot)]
      let step = steps.base + Int(request.pointee.step)
      guard step.pointee.isOwn && step.pointee.ledger >= 0 else { continue }
      let sent = sentWork(of: index, transfers.base + Int(step.pointee.details))
      if isEnd {
        let link = Int(radios[Int(step.pointee.ledger + request.pointee.record.machine)].link)
        radioTotals[link].add(fullRate: sent - request.pointee.counted, step.pointee.direction)
      }
      request.pointee.counted = sent
    }
  }

  /// What a flow has sent, in work at the full rate of its link.
  private func sentWork(of flow: Int, _ details: UnsafeMutablePointer<TransferDetails>) -> Int64 {
    let state = flows.flows[flow]
    let step = steps[Int(requests[Int(state.slot)].pointee.step)]
    let rest = max(0, state.rest - state.rate * Double(now - state.lastUpdate)) * details.pointee.goodput
    let done = step.bytes > 0 ? 1 - rest / Double(step.bytes) : 1
    return Int64((Double(details.pointee.wire) * max(0, done)).rounded())
  }

  /// What a flow that did not end has sent, and what of it inside the window.
  func abandonFlow(
    _ request: UnsafeMutablePointer<Request>, _ details: UnsafeMutablePointer<TransferDetails>
  ) -> (served: Int64, inWindow: Int64) {
    let served = sentWork(of: Int(request.pointee.station), details)
    return (served, 0)
  }

  mutating func settleFlows() {
    for index in 0..<flows.constraints.count { noteBusy(index) }
  }
}
