/// What only some scenarios have of a request: attempts that failed, what they wasted, and the energy of links.
///
/// `RequestRecord` has the parts of the time of the attempt that succeeded; with `retry` they add up to the latency. Its
/// bytes and joules are those of all attempts.
public struct RequestExtras: Sendable {
  /// The request's `RequestRecord.sequence`.
  public var sequence: Int64
  /// How often it was tried: one more than the retries.
  public var attempts: Int32 = 1
  /// Attempts that were given up because they took too long.
  public var timeouts: Int32 = 0
  /// From the beginning of each failed attempt to the beginning of what came after it, in nanoseconds.
  public var retry: Int64 = 0
  /// Of failed attempts: machines' computing, reading and writing time, in nanoseconds.
  public var wasted: Int64 = 0
  /// Of failed attempts: bytes over the device's own link whose last bit was sent.
  public var wastedBytes: Int64 = 0
  /// Of failed attempts and the waits after them: joules of the device, of other nodes and of links.
  public var wastedJoules = 0.0
  /// Of the links' energy a bit and a message, all attempts.
  public var linkJoules = 0.0

  public init(sequence: Int64) { self.sequence = sequence }
}

/// Sums of `RequestExtras` over one network's measured requests.
///
/// Counts and sums of waste are over all requests, the others over answered ones.
public struct ExtrasTotals: Sendable {
  /// Requests that were answered by falling back to the device; they count among the completed.
  public var fellBack = 0
  /// Requests that failed, the last attempt by its timeout, and those that failed by a loss that was noticed at once.
  public var timedOut = 0
  public var lost = 0
  public var attempts: Int64 = 0
  public var timeouts: Int64 = 0
  public var wasted: Int64 = 0
  public var wastedBytes: Int64 = 0
  public var wastedJoules = 0.0
  /// Of answered requests.
  public var retry: Int64 = 0
  public var linkJoules = 0.0

  public init() {}

  public mutating func accumulate(_ other: ExtrasTotals) {
    fellBack += other.fellBack
    timedOut += other.timedOut
    lost += other.lost
    attempts += other.attempts
    timeouts += other.timeouts
    wasted &+= other.wasted
    wastedBytes &+= other.wastedBytes
    wastedJoules += other.wastedJoules
    retry &+= other.retry
    linkJoules += other.linkJoules
  }

  mutating func add(_ extras: RequestExtras, _ outcome: RequestRecord.Outcome) {
    switch outcome {
    case .fellBack: fellBack += 1
    case .timedOut: timedOut += 1
    case .lost: lost += 1
    case .completed, .dropped, .unfinished, .depleted: break
    }
    attempts += Int64(extras.attempts)
    timeouts += Int64(extras.timeouts)
    wasted &+= extras.wasted
    wastedBytes &+= extras.wastedBytes
    wastedJoules += extras.wastedJoules
    guard outcome.isAnswered else { return }
    retry &+= extras.retry
    linkJoules += extras.linkJoules
  }
}
