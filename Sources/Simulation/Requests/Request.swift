import Glibc

/// A request in flight: its record so far and where it stands.
struct Request {
  enum Phase: UInt8 {
    case queued, serving, promoting, propagating
    /// Its next window waits for the round trip.
    case pacing
    /// On its way, but it will not arrive.
    case lost
    /// Nowhere: its device waits for a timeout or for the next attempt.
    case stalled
    /// Gone on in another slot; this one waits for an event that is to come.
    case dead
    /// Its policy holds it back on the device.
    case held
  }

  /// Which share of its device's idle power goes to it.
  enum Share: UInt8 {
    case none, computing, transferring, waiting
    /// Waiting for the radio: shares like `waiting`, but is the radio's overhead.
    case promoting
  }

  var record = RequestRecord()
  var phase = Phase.serving
  var share = Share.none
  /// Whether it arrived in the window.
  var isMeasured = false
  var isDone = false
  /// Whether its device's radio is in its tail on its account, so that its energy is not final.
  var holdsTail = false
  /// The present step, as an index into all steps.
  var step: Int32 = 0
  /// The station it is at, and the next request in line there.
  var station: Int32 = 0
  var next: Int32 = -1
  /// Its device's ledger; -1 where there is none.
  var ledger: Int32 = -1
  /// What tells its random numbers from others': the machine or client that sent it, and how many that had sent before.
  var sender: UInt32 = 0
  var number: UInt32 = 0
  /// When the step began, and when its service began.
  var stepStart: Int64 = 0
  var serviceStart: Int64 = 0
  /// The service time at full speed.
  var work: Int64 = 0
  /// Of `work`, what was served before the window or has been counted already.
  var counted: Int64 = 0
  /// Of a message: the link's clock when this service began, the bytes sent before, and the window.
  var clockStart: Int64 = 0
  var sentBytes = 0.0
  var windowBytes = 0.0
  /// How many requests are served with it at once, and whether it stands for them.
  var batch: Int32 = 1
  var leadsBatch = true
  /// The accumulators of the ledger, the radio and the shared station when its share began.
  var shareMark = 0.0
  var radioMark = 0.0
  var occupancyMark = 0.0
}

/// Requests by slot; a freed slot is used again.
struct RequestSlab: ~Copyable {
  private var requests = PlainBuffer<Request>()
  private var firstFree: Int32 = -1
  /// How many requests may be in flight.
  let limit: Int
  var isFull: Bool { firstFree < 0 && requests.count >= limit }

  /// As many as an event can name, and as a quarter of this machine's memory holds: their buffer is copied when it grows.
  init() {
    let pages = max(1, sysconf(Int32(_SC_PHYS_PAGES)))
    let bytes = pages.multipliedReportingOverflow(by: max(1, sysconf(Int32(_SC_PAGESIZE))))
    let room = bytes.overflow ? Int.max : bytes.partialValue / 4 / MemoryLayout<Request>.stride
    limit = min(Event.maximumIndex, max(1 << 16, room))
  }

  /// What to say where it is full.
  var overflowError: SimulationError {
    SimulationError(
      "\(limit) requests are in flight, as many as memory is for: more come than are answered. Send fewer, or let nodes "
        + "and links turn some away ('queue_limit', 'buffer_bytes')")
  }

  var slots: Int { requests.count }

  subscript(slot: Int) -> UnsafeMutablePointer<Request> {
    @inline(__always) get {
      assert(slot >= 0 && slot < requests.count)
      return requests.base + slot
    }
  }

  @inline(__always)
  mutating func allocate() -> Int {
    if firstFree >= 0 {
      let slot = Int(firstFree)
      firstFree = requests[slot].next
      requests[slot] = Request()
      return slot
    }
    requests.append(Request())
    return requests.count - 1
  }

  @inline(__always)
  mutating func free(_ slot: Int) {
    requests[slot].isDone = true
    requests[slot].holdsTail = false
    requests[slot].next = firstFree
    firstFree = Int32(slot)
  }
}
