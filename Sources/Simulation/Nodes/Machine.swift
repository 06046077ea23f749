/// A machine whose speed, power or memory changes: servers with one line before them, on a clock of their own.
///
/// Virtual time is the work that a job present all along has had, in 2^-12 ns: it advances at the machine's pace, and for
/// jobs that share at min(1, servers / jobs) of that. So work in progress goes on at the changed speed, and a job ends
/// when virtual time has grown by its work. All arithmetic is in integers: a job alone at full speed ends exactly at its
/// start + work. O(log n) an event.
struct Machine {
  let node: Int32
  /// Which of the node's machines it is.
  let place: Int32
  let servers: Int32
  /// Whether all jobs share the servers; else each has one.
  let isSharing: Bool
  /// How many may wait.
  let limit: Int32
  /// Its batching station, among `Engine.batchers`; -1 where it has none.
  var batcher: Int32 = -1
  let traits: MachineTraits
  /// Power without a governor.
  let idleWatts: Double
  let busyWatts: Double

  // Who is here.
  /// Requests at it, waiting or served.
  var present: Int32 = 0
  /// Those that wait, least first.
  var line = KeyHeap()
  /// Those whose weights are being loaded, by the time at which that ends.
  var loading = KeyHeap()
  /// Jobs in service, by the virtual time at which they end.
  var jobs = KeyHeap()
  var sequence: UInt32 = 0
  private(set) var virtual: UInt64 = 0
  /// Time as a job has it that shares the servers, in nanoseconds.
  private(set) var occupancy = 0.0
  /// Speed for requests, times 2^32; 0 where it computes nothing.
  private var pace: UInt64 = 0

  // What state it is in.
  var lastUpdate: Int64 = 0
  /// When its next event is due; others in the queue are stale.
  var dueTime: Int64 = .max
  var power = PowerState.on
  /// When it will have booted or shut down.
  var powerEnd: Int64 = .max
  /// When its last request left.
  var idleSince: Int64 = 0
  var level = 0
  /// When the governor changes the level next.
  var levelEnd: Int64 = .max
  var celsius: Double
  /// How many of the thermal limits are exceeded.
  var throttle = 0
  var backgroundPlace = 0
  var backgroundSince: Int64 = 0
  var charge: Charge?
  /// When the radio's tail, for which the battery pays, ends.
  var tailEnd: Int64 = .max
  /// Whether the radio has changed since the battery looked at it.
  var readsRadio = false
  var weights: ResidentWeights
  var ledger: PowerLedger
  var totals: MachineTotals

  init(_ node: NodeModel, index: Int, place: Int) {
    self.node = Int32(index)
    self.place = Int32(place)
    servers = Int32(node.servers)
    isSharing = node.scheduler == .ps
    limit = Int32(clamping: node.queueLimit ?? Int(Int32.max))
    traits = node.traits
    idleWatts = node.idleWatts
    busyWatts = node.busyWatts
    celsius = node.traits.thermal?.initialCelsius ?? 0
    charge = node.traits.battery.map { Charge($0) }
    weights = ResidentWeights(node.traits.memory)
    ledger = PowerLedger(servers: node.servers)
    totals = MachineTotals()
    totals.peakCelsius = celsius
    applyState()
  }

  var isDead: Bool { power == .dead }

  /// What its battery has left at a time before which nothing changes; `nil` where it has none.
  func joulesLeft(at time: Int64) -> Double? {
    guard var charge else { return nil }
    charge.drain(ledger.power, for: max(0, time - lastUpdate))
    return max(0, charge.left.joules)
  }

  private(set) var diedAt: Int64?

  /// Its battery is empty.
  mutating func die() {
    power = .dead
    diedAt = lastUpdate
    charge?.empty()
  }

  /// Jobs that hold a server.
  var served: Int { isSharing ? jobs.count : jobs.count + loading.count }

  // MARK: - Time

  /// Lets time pass in which nothing changes; returns the busy server time that fell into the window.
  mutating func settle(to time: Int64, _ window: Window) -> Int64 {
    let elapsed = time - lastUpdate
    guard elapsed > 0 else { return 0 }
    let counted = window.overlap(lastUpdate, time)
    charge?.drain(ledger.power, for: elapsed)
    if let thermal = traits.thermal, !isDead || ledger.power == 0 {
      if window.contains(lastUpdate) { totals.peakCelsius = max(totals.peakCelsius, celsius) }
      celsius = thermal.celsius(celsius, after: elapsed, watts: Double(ledger.power) * 1e-12)
      if time > window.start && lastUpdate < window.end { totals.peakCelsius = max(totals.peakCelsius, celsius) }
      if throttle > 0 && !isDead { totals.throttled += counted }
    }
    if power == .off { totals.off += counted }
    if isDead { totals.dead += counted }
    ledger.advance(by: elapsed, counted: counted)
    progress(by: elapsed)
    lastUpdate = time
    return counted * Int64(ledger.busy)
  }

  private mutating func progress(by elapsed: Int64) {
    let count = Int32(jobs.count)
    guard count > 0, pace > 0 else { return }
    let isShared = isSharing && count > servers
    let (numerator, denominator) = isShared ? (UInt128(servers), UInt128(count)) : (1, 1)
    virtual += UInt64(truncatingIfNeeded: UInt128(elapsed) * UInt128(pace) * numerator / (denominator << 20))
    occupancy += isShared ? Double(elapsed) * Double(servers) / Double(count) : Double(elapsed)
  }

  /// When the first job in service will be done if nothing changes.
  var nextEnd: Int64? {
    guard jobs.count > 0, pace > 0 else { return nil }
    let end = UInt64(truncatingIfNeeded: jobs.top >> 64)
    guard end > virtual else { return lastUpdate }
    let isShared = isSharing && jobs.count > servers
    let (numerator, denominator) = isShared ? (UInt128(servers), UInt128(jobs.count)) : (1, 1)
    let speed = UInt128(pace) * numerator
    let time = ((UInt128(end - virtual) * denominator) << 20 + speed - 1) / speed
    return lastUpdate + Int64(min(time, UInt128(EventQueue.timeLimit)))
  }

  /// A job begins to be computed.
  mutating func begin(_ slot: Int, work: Int64) {
    if jobs.count == 0 {
      virtual = 0
      occupancy = 0
    } else if virtual > 1 << 62 {
      let origin = min(virtual, UInt64(truncatingIfNeeded: jobs.top >> 64))
      jobs.subtractFromAll(UInt128(origin) << 64)
      virtual -= origin
    }
    jobs.push(key(virtual + UInt64(work) << 12, slot))
    ledger.serving = Int32(served)
  }

  /// Removes the first job that is done, if there is one.
  mutating func removeFinished() -> Int? {
    guard jobs.count > 0, UInt64(truncatingIfNeeded: jobs.top >> 64) <= virtual else { return nil }
    let slot = Int(UInt32(truncatingIfNeeded: jobs.top))
    jobs.removeTop()
    ledger.serving = Int32(served)
    return slot
  }

  /// Puts a job among those whose weights come.
  mutating func load(_ slot: Int, until time: Int64) {
    loading.push(key(UInt64(time), slot))
    ledger.serving = Int32(served)
  }

  mutating func removeLoaded(at time: Int64) -> Int? {
    guard loading.count > 0, UInt64(truncatingIfNeeded: loading.top >> 64) <= UInt64(time) else { return nil }
    let slot = Int(UInt32(truncatingIfNeeded: loading.top))
    loading.removeTop()
    ledger.serving = Int32(served)
    return slot
  }

  private func key(_ order: UInt64, _ slot: Int) -> UInt128 {
    UInt128(order) << 64 | UInt128(UInt64(sequence) << 32 | UInt64(slot))
  }

  mutating func enqueue(_ slot: Int, urgency: UInt64) {
    line.push(key(urgency, slot))
    sequence &+= 1
  }

  mutating func deallocate() {
    line.deallocate()
    loading.deallocate()
    jobs.deallocate()
  }

  // MARK: - Speed and power

  /// Recomputes speed and power from the present state.
  mutating func applyState() {
    ledger.serverPower = 0
    ledger.idleServerPower = 0
    ledger.statePower = 0
    ledger.otherPower = 0
    pace = 0
    switch power {
    case .on: applyOperation()
    case .shuttingDown: ledger.statePower = .power(watts: traits.powerStates?.shutdownWatts ?? 0)
    case .off: ledger.statePower = .power(watts: traits.powerStates?.offWatts ?? 0)
    case .booting: ledger.statePower = .power(watts: traits.powerStates?.bootWatts ?? 0)
    case .dead: break
    }
  }

  private mutating func applyOperation() {
    var (speed, idle, busy) = (1.0, idleWatts, busyWatts)
    let limit = throttle > 0 ? traits.thermal?.steps[throttle - 1] : nil
    if let governor = traits.governor {
      let level = governor.levels[min(level, limit.map { governor.highest(upTo: $0.speed) } ?? level)]
      (speed, idle, busy) = (level.speed, level.idleWatts, level.busyWatts)
    } else if let limit {
      speed = limit.speed
      // At a constant voltage dynamic power is in proportion to the frequency.
      busy = limit.busyWatts ?? idle + (busy - idle) * min(1, speed)
    }
    let taken = traits.background?.fractions[backgroundPlace] ?? 0
    pace = UInt64((speed * (1 - taken) * 0x1p32).rounded())
    ledger.serverPower = .power(watts: (1 - taken) * busy / Double(servers))
    ledger.idleServerPower = .power(watts: (1 - taken) * idle / Double(servers))
    ledger.otherPower = .power(watts: taken * busy)
  }
}

/// What happened to a machine in the window.
struct MachineTotals {
  var coldStarts = 0
  var evictions = 0
  var boots = 0
  var peakCelsius = 0.0
  /// In nanoseconds.
  var throttled: Int64 = 0
  var off: Int64 = 0
  var dead: Int64 = 0
}

/// What a request at a machine has to remember, by slot.
struct MachineVisit {
  /// What the group that pays for idling had paid when it joined.
  var shareMark: Int128 = 0
  /// What a job in service had paid when it began, and how long it had been served.
  var servingMark: Int128 = 0
  var occupancyMark = 0.0
  /// Its plan in memory; -1 where there is none.
  var plan: Int32 = -1
  var isComputing = false
}
