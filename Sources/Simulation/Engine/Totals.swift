/// What a node's machines, or one direction of a link's instances, did in the window.
struct GroupTotals {
  /// Server time at work, in nanoseconds.
  var busy: Int128 = 0
  /// Of a medium, the nanoseconds of air that the direction had.
  var airtime = 0.0
  /// The weights of the messages that it has on their way.
  var airWeight: UInt128 = 0
  /// Work that came, in nanoseconds of a server.
  var offered: Int128 = 0
  /// Services that began; of a link, messages whose last bit was sent.
  var started = 0
  /// Bytes of the transfers whose last bit was sent.
  var bytes: Int64 = 0
}

/// Sums over one network's measured requests.
struct NetworkTotals {
  var requests = 0
  var completed = 0
  var dropped = 0
  var unfinished = 0
  var depleted = 0
  var deadlineMissed = 0
  var completionsInWindow = 0
  /// Of completed requests, in nanoseconds.
  var regret: Int64 = 0
  /// Answers whose accuracy is known, and its sum.
  var judged = 0
  var accuracy = 0.0
  /// Of completed requests; `completion` is the sum of latencies.
  var sums = RequestRecord()

  /// Adds a final request; `false` where a sum would leave 64 bits.
  mutating func add(_ record: borrowing RequestRecord) -> Bool {
    if record.missedDeadline { deadlineMissed += 1 }
    guard record.outcome.isAnswered else {
      switch record.outcome {
      case .dropped: dropped += 1
      case .depleted: depleted += 1
      case .unfinished: unfinished += 1
      case .completed, .fellBack, .timedOut, .lost: break
      }
      return true
    }
    completed += 1
    regret &+= record.regret
    let latency = sums.completion.addingReportingOverflow(record.completion - record.arrival)
    let up = sums.bytesUp.addingReportingOverflow(record.bytesUp)
    let down = sums.bytesDown.addingReportingOverflow(record.bytesDown)
    sums.completion = latency.partialValue
    sums.bytesUp = up.partialValue
    sums.bytesDown = down.partialValue
    sums.addParts(of: record)
    sums.addJoules(of: record)
    return !(latency.overflow || up.overflow || down.overflow)
  }
}
