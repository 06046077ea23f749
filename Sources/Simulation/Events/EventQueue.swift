/// Events in order of their time, those of one time in the order they were scheduled.
///
/// A key is 57 bits of time in nanoseconds, 39 bits of sequence number and the event. The event taken last leaves a gap
/// on top that the next one scheduled fills, since most events cause one.
struct EventQueue: ~Copyable {
  /// The latest time an event may have, 2^57 ns less one: four and a half years.
  static let timeLimit: Int64 = 1 << 57 - 1

  private var heap = KeyHeap()
  private var sequence: UInt64 = 0
  private var hasGap = false

  init() {}

  deinit {
    var heap = heap
    heap.deallocate()
  }

  /// An event beyond the time limit is put on the limit, where the simulation ends with an error.
  @inline(__always)
  mutating func schedule(_ event: Event, at time: Int64) {
    let time = UInt64(min(time, EventQueue.timeLimit))
    let key = UInt128(time << 7 | sequence >> 32) << 64 | UInt128(sequence << 32 | UInt64(event.bits))
    sequence += 1
    if hasGap {
      hasGap = false
      heap.replaceTop(with: key)
    } else {
      heap.push(key)
    }
  }

  /// Takes the first event if it is earlier than the given time.
  @inline(__always)
  mutating func next(before end: Int64) -> (time: Int64, event: Event)? {
    if hasGap {
      hasGap = false
      heap.removeTop()
    }
    guard !heap.isEmpty else { return nil }
    let key = heap.top
    let time = Int64(truncatingIfNeeded: key >> 71)
    guard time < end else { return nil }
    hasGap = true
    return (time, Event(bits: UInt32(truncatingIfNeeded: key)))
  }
}
