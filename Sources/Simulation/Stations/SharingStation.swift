/// Servers that all present jobs share equally: n jobs on s servers each progress at the rate min(1, s / n).
///
/// Virtual time is the service that a job present all along has had, in units of 2^-12 ns; a job ends when virtual time
/// has grown by its work since it came. Virtual time begins at 0 whenever the station was empty and advances without
/// rounding while no job has to share, so that a job alone ends exactly at its start + work; else each change of the
/// number of jobs rounds it down by less than 2^-12 ns, and ends are rounded up to the next nanosecond. O(log n) an event.
struct SharingStation {
  static let unit: Int64 = 1 << 12
  /// The longest job: 13 days, so that virtual time fits in 64 bits.
  static let workLimit: Int64 = 1 << 50

  let servers: Int32
  private(set) var jobs: Int32 = 0
  /// How many jobs there may be beyond the servers.
  var limit: Int32
  /// The clock that its time is read from; -1 for the wall's.
  let clock: Int32
  /// How much of its work a job may lack at its end, so that rounding cannot make it wait for another packet.
  private let slack: UInt64
  /// The node or link and direction it belongs to, and its machine's ledger or -1.
  let group: Int32
  let ledger: Int32
  private var sequence: UInt32 = 0
  private(set) var virtual: UInt64 = 0
  /// Virtual time in nanoseconds as the ledgers use it: never rounded.
  private(set) var occupancy = 0.0
  private(set) var lastUpdate: Int64 = 0
  /// The wall's time at which the number of jobs was last looked at, where there is another clock.
  private var lastTime: Int64 = 0
  /// When its next event is due; later ones in the queue are stale.
  var dueTime: Int64 = .max
  private(set) var heap = KeyHeap()

  /// Where capacity comes in steps, 1/512 byte is as good as nothing.
  init(
    servers: Int, limit: Int32 = .max, clock: Int = -1, isStepped: Bool = false, group: Int, ledger: Int
  ) {
    slack = isStepped ? UInt64(RateTrace.unitsPerByte / 512) << 12 : 0
    self.servers = Int32(servers)
    self.clock = Int32(clock)
    self.limit = limit
    self.group = Int32(group)
    self.ledger = Int32(ledger)
  }

  var busyServers: Int32 { min(jobs, servers) }
  var isFull: Bool { jobs - servers >= limit }

  /// Lets time pass; returns the busy server time that fell into the window.
  @inline(__always)
  mutating func advance(to now: Int64, _ window: Window) -> Int64 {
    let elapsed = now - lastUpdate
    guard elapsed > 0 else { return 0 }
    defer { lastUpdate = now }
    guard jobs > 0 else { return 0 }
    progress(by: elapsed)
    return window.overlap(lastUpdate, now) * Int64(busyServers)
  }

  /// Lets time pass on its own clock, up to the end of the first job at most.
  mutating func advance(clock reading: Int64) {
    let end = jobs > 0 ? min(reading, nextEnd(now: lastUpdate)) : reading
    guard end > lastUpdate else { return }
    if jobs > 0 { progress(by: end - lastUpdate) }
    lastUpdate = end
  }

  /// The time in the window since it was last asked in which there were jobs, by the wall's clock.
  mutating func busyTime(until now: Int64, _ window: Window) -> Int64 {
    defer { lastTime = now }
    return jobs > 0 ? window.overlap(lastTime, now) * Int64(busyServers) : 0
  }

  @inline(__always)
  private mutating func progress(by elapsed: Int64) {
    if jobs <= servers {
      virtual += UInt64(elapsed) << 12
      occupancy += Double(elapsed)
    } else if elapsed < 1 << 31 {
      virtual += UInt64(elapsed) << 12 &* UInt64(servers) / UInt64(jobs)
      occupancy += Double(elapsed) * Double(servers) / Double(jobs)
    } else {
      virtual += UInt64(truncatingIfNeeded: UInt128(elapsed) << 12 * UInt128(servers) / UInt128(jobs))
      occupancy += Double(elapsed) * Double(servers) / Double(jobs)
    }
  }

  /// A job comes; time must have been advanced to now.
  @inline(__always)
  mutating func add(_ slot: Int, work: Int64) {
    if jobs == 0 {
      virtual = 0
      occupancy = 0
    } else if virtual > 1 << 62 {
      let origin = min(virtual, UInt64(truncatingIfNeeded: heap.top >> 64))
      heap.subtractFromAll(UInt128(origin) << 64)
      virtual -= origin
    }
    jobs += 1
    let end = virtual + UInt64(work) << 12
    heap.push(UInt128(end) << 64 | UInt128(UInt64(sequence) << 32 | UInt64(slot)))
    sequence &+= 1
  }

  /// Removes the first job that is done, if there is one.
  @inline(__always)
  mutating func removeFinished() -> Int? {
    guard jobs > 0 else { return nil }
    let key = heap.top
    guard UInt64(truncatingIfNeeded: key >> 64) <= virtual + slack else { return nil }
    heap.removeTop()
    jobs -= 1
    return Int(UInt32(truncatingIfNeeded: key))
  }

  /// When the first job will be done if no other comes; there must be one, and time have been advanced to now.
  @inline(__always)
  func nextEnd(now: Int64) -> Int64 {
    let end = UInt64(truncatingIfNeeded: heap.top >> 64)
    let rest = end > virtual + slack ? end - virtual - slack : 0
    if jobs <= servers { return now + Int64((rest + 4095) >> 12) }
    if rest < 1 << 50 && jobs < 1 << 13 {
      let unit = UInt64(servers) << 12
      return now + Int64((rest * UInt64(jobs) + unit - 1) / unit)
    }
    let unit = UInt128(servers) << 12
    let time = (UInt128(rest) * UInt128(jobs) + unit - 1) / unit
    return now + Int64(min(time, UInt128(EventQueue.timeLimit)))
  }

  /// Takes a job out, which must be there; returns how much of its work is left, rounded up.
  ///
  /// Time must have been advanced.
  mutating func remove(_ slot: Int) -> Int64 {
    var left: Int64 = 0
    forEachJob { if $0 == slot { left = $1 } }
    heap.remove { Int(UInt32(truncatingIfNeeded: $0)) == slot }
    jobs -= 1
    return left
  }

  /// The jobs present and how much of their work is left, in nanoseconds, rounded up.
  func forEachJob(_ body: (_ slot: Int, _ left: Int64) -> Void) {
    heap.forEach { key in
      let end = UInt64(truncatingIfNeeded: key >> 64)
      body(Int(UInt32(truncatingIfNeeded: key)), end > virtual ? Int64((end - virtual + 4095) >> 12) : 0)
    }
  }

  mutating func deallocate() { heap.deallocate() }
}
