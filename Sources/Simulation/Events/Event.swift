/// What happens, and to what, as an index: 32 plain bits at the end of a queue's key.
struct Event {
  enum Kind: UInt32 {
    /// A source's machine begins a request.
    case requestArrived
    /// A closed source's client begins its next request.
    case clientReturned
    /// A request's service on a first-come first-served station has ended, or its message has arrived.
    case requestAdvanced
    /// The next job of a shared station may be done.
    case sharingDue
    /// A device's radio is awake.
    case promotionEnded
    /// The measured window begins or ends.
    case windowPassed
    /// A batch has been served; its first request tells the others.
    case batchServed
    /// The oldest request of a batching machine may have waited long enough.
    case batchDue
    /// The first of connected flows may have ended.
    case flowDue
    /// The capacity of a constraint of flows changes.
    case capacityChanged
    /// An alarm rings: a timeout, a retry or an outage.
    case alarm
    /// The next message over a medium may have been sent.
    case mediumDue
    /// A machine has jobs that are done, or changes by itself.
    case machineDue
  }

  static let maximumIndex = 1 << 28 - 1

  let bits: UInt32

  @inline(__always)
  init(_ kind: Kind, _ index: Int) {
    assert(index >= 0 && index <= Event.maximumIndex)
    bits = kind.rawValue << 28 | UInt32(truncatingIfNeeded: index)
  }

  @inline(__always)
  init(bits: UInt32) { self.bits = bits }

  var kind: Kind { Kind(rawValue: bits >> 28).unsafelyUnwrapped }
  var index: Int { Int(bits & 0x0FFF_FFFF) }
}
