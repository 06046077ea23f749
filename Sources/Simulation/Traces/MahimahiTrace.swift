import StrictJSON

enum MahimahiTrace {
  /// What a packet carries; mahimahi counts whole Ethernet frames of this size.
  static let packetBytes: Int64 = 1500

  static func read(_ path: String, mentionedAt position: SourcePosition?) throws(InputError) -> RateTrace {
    let mistakes = TraceMistakes(path: path)
    var opportunities: [(nanoseconds: Int64, bytes: Int64)] = []
    try InputFile.forEachLine(of: path, mentionedAt: position) { text, line in
      guard !text.isEmpty else { return true }
      guard let milliseconds = Int64(text), (0...1_000_000_000_000).contains(milliseconds) else {
        mistakes.report("'\(text.printable)' is no whole number of milliseconds", line: line)
        return !mistakes.isFull
      }
      let time = milliseconds * 1_000_000
      if let last = opportunities.last, time < last.nanoseconds {
        mistakes.report("times must ascend: \(milliseconds) comes after \(last.nanoseconds / 1_000_000)", line: line)
        return !mistakes.isFull
      }
      if opportunities.last?.nanoseconds == time {
        opportunities[opportunities.count - 1].bytes += packetBytes
      } else {
        opportunities.append((time, packetBytes))
      }
      if opportunities.count > RateTrace.pointLimit {
        mistakes.report("more than \(RateTrace.pointLimit) different times", line: line)
        return false
      }
      return true
    }
    try mistakes.throwIfAny()
    guard let trace = RateTrace(opportunities: opportunities) else {
      throw InputError(
        opportunities.isEmpty
          ? "the trace '\(path.printable)' is empty" : "the trace '\(path.printable)' ends at 0 ms: it has no rate",
        at: position)
    }
    return trace
  }
}
