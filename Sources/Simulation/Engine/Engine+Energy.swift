import Partitioning

extension Engine {
  /// A request's claim on its device's idle power changes, and so does the number of busy servers there.
  @inline(__always)
  mutating func changeShare(
    of request: UnsafeMutablePointer<Request>, to share: Request.Share, busy: Int32 = 0
  ) {
    let index = Int(request.pointee.ledger)
    if index < 0 || (share == request.pointee.share && busy == 0) { return }
    moveShare(of: request, ledgers.base + index, to: share, busy: busy)
  }

  private mutating func moveShare(
    of request: UnsafeMutablePointer<Request>, _ ledger: UnsafeMutablePointer<IdleLedger>, to share: Request.Share,
    busy: Int32
  ) {
    if ledger.pointee.machine >= 0 {
      moveMachineShare(of: request, at: Int(ledger.pointee.machine), to: share)
      return
    }
    let plan = plans.base + Int(request.pointee.record.source)
    let unpaidTime = ledger.pointee.advance(to: now, window)
    if unpaidTime > 0 { unpaid[plan.pointee.node] += Int128(unpaidTime) }
    ledger.pointee.busy += busy
    let old = request.pointee.share
    if old != share {
      if old != .none {
        let joules = (ledger.pointee.leave(old) - request.pointee.shareMark) * plan.pointee.idleJoules
        book(joules, of: old, request)
      }
      request.pointee.share = share
      request.pointee.shareMark = ledger.pointee.join(share)
    }
  }

  func book(_ joules: Double, of share: Request.Share, _ request: UnsafeMutablePointer<Request>) {
    switch share {
    case .none: break
    case .computing: request.pointee.record.deviceComputeJoules += joules
    case .transferring:
      if steps[Int(request.pointee.step)].direction == .up {
        request.pointee.record.transmitJoules += joules
      } else {
        request.pointee.record.receiveJoules += joules
      }
    case .waiting: request.pointee.record.waitJoules += joules
    case .promoting: request.pointee.record.radioOverheadJoules += joules
    }
  }

  /// A guest takes or frees servers of a source machine.
  mutating func changeBusy(of index: Int, node: Int32, by change: Int32) {
    let ledger = ledgers.base + index
    unpaid[Int(node)] += Int128(ledger.pointee.advance(to: now, window))
    ledger.pointee.busy += change
  }

  /// A request pays for the server time it had.
  @inline(__always)
  func bookCompute(
    _ nanoseconds: Double, _ request: UnsafeMutablePointer<Request>, _ step: UnsafeMutablePointer<Step>
  ) {
    let joules = step.pointee.watts * nanoseconds
    if step.pointee.isOwn {
      request.pointee.record.deviceComputeJoules += joules
    } else {
      request.pointee.record.serverJoules += joules
    }
  }

  @inline(__always)
  func ledger(of step: UnsafeMutablePointer<Step>, for request: UnsafeMutablePointer<Request>) -> Int {
    Int(step.pointee.ledger) + machine(on: step.pointee.tier, for: request)
  }
}
