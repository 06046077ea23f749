/// Who pays for the idle power of one source machine: what its busy servers leave of it, R = idle x (1 - busy / servers).
///
/// R goes in equal shares to the requests that compute here; where none does, to those that send or receive over the
/// machine's own link; where none does, to those that wait for others; else to nobody. A request pays the growth of its
/// group's accumulator while it belongs to it, so that an event costs the same however many requests there are.
/// Accumulators are in nanoseconds x idle servers, and begin at 0 whenever their group was empty.
struct IdleLedger {
  let servers: Int32
  /// The machine that keeps its own ledger instead, among `Engine.machines`; -1 where power is one number.
  let machine: Int32
  var busy: Int32 = 0
  private var computing: Int32 = 0
  private var transferring: Int32 = 0
  private var waiting: Int32 = 0
  private var lastUpdate: Int64 = 0
  private var computingShare = 0.0
  private var transferringShare = 0.0
  private var waitingShare = 0.0

  init(servers: Int, machine: Int = -1) {
    self.servers = Int32(servers)
    self.machine = Int32(machine)
  }

  /// Lets time pass; returns the idle server time in the window that nobody pays for.
  @inline(__always)
  mutating func advance(to now: Int64, _ window: Window) -> Int64 {
    let elapsed = now - lastUpdate
    let idle = Int64(servers - busy)
    guard elapsed > 0 else { return 0 }
    defer { lastUpdate = now }
    guard idle > 0 else { return 0 }
    if computing > 0 {
      computingShare += Double(elapsed * idle) / Double(computing)
    } else if transferring > 0 {
      transferringShare += Double(elapsed * idle) / Double(transferring)
    } else if waiting > 0 {
      waitingShare += Double(elapsed * idle) / Double(waiting)
    } else {
      return window.overlap(lastUpdate, now) * idle
    }
    return 0
  }

  /// A request enters a group; returns the group's accumulator.
  @inline(__always)
  mutating func join(_ share: Request.Share) -> Double {
    switch share {
    case .none: return 0
    case .computing:
      computing += 1
      return computingShare
    case .transferring:
      transferring += 1
      return transferringShare
    case .waiting, .promoting:
      waiting += 1
      return waitingShare
    }
  }

  /// A request leaves a group; returns the group's accumulator.
  @inline(__always)
  mutating func leave(_ share: Request.Share) -> Double {
    switch share {
    case .none: return 0
    case .computing:
      computing -= 1
      defer { if computing == 0 { computingShare = 0 } }
      return computingShare
    case .transferring:
      transferring -= 1
      defer { if transferring == 0 { transferringShare = 0 } }
      return transferringShare
    case .waiting, .promoting:
      waiting -= 1
      defer { if waiting == 0 { waitingShare = 0 } }
      return waitingShare
    }
  }
}
