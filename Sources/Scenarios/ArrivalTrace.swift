import StrictJSON

/// Arrival times from a file: one time in seconds a line, ascending; blank lines and `#` comments are read over.
package enum ArrivalTrace {
  /// The times in nanoseconds; throws every line that is none.
  package static func nanoseconds(in path: String, mentionedAt position: SourcePosition?) throws(InputError) -> [Int64]
  {
    let bytes = try InputFile.bytes(of: path, limit: 1 << 28, mentionedAt: position)
    let diagnostics = Diagnostics()
    var times: [Int64] = []
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let text = String(decoding: line, as: UTF8.self).split(separator: "#", omittingEmptySubsequences: false)[0]
        .filter { !$0.isWhitespace }
      if text.isEmpty { continue }
      let place = SourcePosition(file: path, line: index + 1)
      guard let seconds = Double(text), seconds >= 0, seconds <= 1e9 else {
        diagnostics.report("'\(text.printable)' is not a time in seconds", at: place)
        if diagnostics.all.count >= 20 { break }
        continue
      }
      let time = ArrivalKinds.nanoseconds(seconds)
      if let last = times.last, time < last { diagnostics.report("times must ascend", at: place) }
      times.append(time)
    }
    try diagnostics.throwIfAny()
    if times.isEmpty { throw InputError("the trace '\(path.printable)' has no times", at: position) }
    return times
  }
}
