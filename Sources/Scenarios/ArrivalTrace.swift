import StrictJSON

/// Arrival times from a file: one time in seconds a line, ascending; blank lines and `#` comments are read over.
package enum ArrivalTrace {
  /// The most times that a file may have: a gigabyte in memory.
  private static let limit = 1 << 27

  /// The times in nanoseconds; throws every line that is none.
  package static func nanoseconds(in path: String, mentionedAt position: SourcePosition?) throws(InputError) -> [Int64]
  {
    let diagnostics = Diagnostics()
    var times: [Int64] = []
    // Line by line: a file may be far larger than what is kept of it.
    try InputFile.forEachLine(of: path, mentionedAt: position) { line, number in
      let text = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
      if text.isEmpty { return true }
      let place = SourcePosition(file: path, line: number)
      guard let seconds = Double(text), seconds >= 0, seconds <= 1e9 else {
        diagnostics.report("'\(text.printable)' is not a time in seconds", at: place)
        return diagnostics.all.count < 20
      }
      let time = ArrivalKinds.nanoseconds(seconds)
      if let last = times.last, time < last { diagnostics.report("times must ascend", at: place) }
      times.append(time)
      if times.count > Self.limit {
        diagnostics.report("more than \(Self.limit) times", at: place)
        return false
      }
      return diagnostics.all.count < 20
    }
    try diagnostics.throwIfAny()
    if times.isEmpty { throw InputError("the trace '\(path.printable)' has no times", at: position) }
    return times
  }
}
