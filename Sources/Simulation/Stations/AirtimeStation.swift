/// The messages that contend for one medium, by virtual time.
///
/// Virtual time is what a message present all along has had: bytes where throughput is fair, nanoseconds of air where air
/// is. It grows by factor / sum of weights a nanosecond, a message's weight being the air that a unit takes it. Weights and
/// the factor are in units of 2^-32, virtual time in units of 2^-24 byte or 2^-12 ns; ends are rounded to the nearest
/// nanosecond. O(log n) an event.
struct AirtimeStation {
  private static let one: UInt64 = 1 << 32

  /// The clock that its time is read from; -1 for the wall's.
  let clock: Int32
  private let shift: UInt128
  private(set) var jobs: Int32 = 0
  var clients: Int32 = 0
  private var sequence: UInt32 = 0
  private var weight: UInt128 = 0
  private var factor = AirtimeStation.one
  private(set) var virtual: UInt64 = 0
  private var lastUpdate: Int64 = 0
  /// The wall's time at which it was last looked at.
  private var lastTime: Int64 = 0
  /// When its next event is due; others in the queue are stale.
  var dueTime: Int64 = .max
  private var heap = KeyHeap()

  init(clock: Int, isThroughputFair: Bool) {
    self.clock = Int32(clock)
    shift = isThroughputFair ? 24 : 12
  }

  /// The virtual time of an amount: of bytes or of nanoseconds.
  func units(_ amount: Int64) -> UInt64 { UInt64(amount) << UInt64(shift) }

  static func weight(_ nanosecondsPerUnit: Double) -> UInt64 {
    max(1, UInt64(min(nanosecondsPerUnit * Double(one), 0x1p63).rounded()))
  }

  mutating func set(factor: Double) {
    self.factor = max(1, UInt64(min(factor * Double(Self.one), 0x1p52).rounded()))
  }

  /// Lets time pass; returns the air time in the window for each unit of weight.
  mutating func advance(to now: Int64, reading: Int64, _ window: Window) -> Double {
    defer {
      lastUpdate = reading
      lastTime = now
    }
    guard jobs > 0 else { return 0 }
    if reading > lastUpdate {
      virtual += UInt64(truncatingIfNeeded: UInt128(reading - lastUpdate) * UInt128(factor) << shift / weight)
    }
    return Double(window.overlap(lastTime, now)) / Double(weight)
  }

  /// A message begins; time must have been advanced to now.
  mutating func add(_ slot: Int, units: UInt64, weight: UInt64) {
    if jobs == 0 {
      virtual = 0
    } else if virtual > 1 << 62 {
      let origin = min(virtual, UInt64(truncatingIfNeeded: heap.top >> 64))
      heap.subtractFromAll(UInt128(origin) << 64)
      virtual -= origin
    }
    jobs += 1
    self.weight += UInt128(weight)
    heap.push(UInt128(virtual + units) << 64 | UInt128(UInt64(sequence) << 32 | UInt64(slot)))
    sequence &+= 1
  }

  /// The first message that is done, if there is one; it must be released.
  mutating func removeFinished() -> Int? {
    guard jobs > 0, timeLeft == 0 else { return nil }
    let slot = Int(UInt32(truncatingIfNeeded: heap.top))
    heap.removeTop()
    return slot
  }

  /// Takes a message out that is not done; it must be released.
  ///
  /// Returns what it lacks.
  mutating func remove(_ slot: Int) -> UInt64 {
    var left: UInt64 = 0
    forEachJob { if $0 == slot { left = $1 } }
    heap.remove { Int(UInt32(truncatingIfNeeded: $0)) == slot }
    return left
  }

  /// A message is no longer there.
  mutating func release(weight: UInt64) {
    jobs -= 1
    self.weight -= UInt128(weight)
  }

  /// From the last look until the first message is done if no other comes, by the clock; there must be one.
  var timeLeft: Int64 {
    let end = UInt64(truncatingIfNeeded: heap.top >> 64)
    guard end > virtual else { return 0 }
    let need = UInt128(end - virtual).multipliedReportingOverflow(by: weight)
    let speed = UInt128(factor) << shift
    guard !need.overflow else { return EventQueue.timeLimit }
    let (time, rest) = need.partialValue.quotientAndRemainder(dividingBy: speed)
    return Int64(min(time + (rest * 2 >= speed ? 1 : 0), UInt128(EventQueue.timeLimit)))
  }

  /// The messages present and what they lack.
  func forEachJob(_ body: (_ slot: Int, _ left: UInt64) -> Void) {
    heap.forEach { key in
      let end = UInt64(truncatingIfNeeded: key >> 64)
      body(Int(UInt32(truncatingIfNeeded: key)), end > virtual ? end - virtual : 0)
    }
  }

  mutating func deallocate() { heap.deallocate() }
}
