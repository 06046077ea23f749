import StrictJSON

/// The formats of rate traces that a scenario can name, a reader each.
public enum TraceFormat: String, Sendable, CaseIterable {
  /// One opportunity to send a packet of 1,500 bytes a line: milliseconds from the start, ascending.
  ///
  /// The same number repeats where several packets fit; what a message does not use of a packet goes to the next message,
  /// and is lost where there is none. The trace repeats after its last line.
  /// Source: Netravali et al., "Mahimahi: accurate record-and-replay for HTTP", USENIX ATC 2015.
  case mahimahi
  /// `seconds Mbit/s` a line, ascending; each rate holds until the next line, the last as long as the one before.
  case pensieve
  /// A table with a header: `Timestamp` (2019.12.16_07.22.43) and rates in kbit/s, by default `UL_bitrate` or `DL_bitrate`.
  ///
  /// Of several lines of one second the last counts. Source: Raca et al., "Beyond throughput, the next generation: a 5G
  /// dataset with channel and context metrics", MMSys 2020.
  case irish5g

  /// Reads a trace line by line, in memory in proportion to its distinct times.
  ///
  /// `column` names a column of rates where the format has a header. Throws `InputError` with the lines that make no sense.
  public func read(_ path: String, column: String, mentionedAt position: SourcePosition?) throws(InputError)
    -> RateTrace
  {
    switch self {
    case .mahimahi: try MahimahiTrace.read(path, mentionedAt: position)
    case .pensieve: try PensieveTrace.read(path, mentionedAt: position)
    case .irish5g: try IrishTrace.read(path, column: column, mentionedAt: position)
    }
  }
}

/// The mistakes of a trace: as many as people look at.
struct TraceMistakes {
  let path: String
  private let diagnostics = Diagnostics()

  init(path: String) { self.path = path }

  var isFull: Bool { diagnostics.all.count >= 20 }

  func report(_ message: String, line: Int, column: Int = 1) {
    diagnostics.report(message, at: SourcePosition(file: path, line: line, column: column))
  }

  func throwIfAny() throws(InputError) { try diagnostics.throwIfAny() }
}
