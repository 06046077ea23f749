import StrictJSON

enum PensieveTrace {
  static func read(_ path: String, mentionedAt position: SourcePosition?) throws(InputError) -> RateTrace {
    let mistakes = TraceMistakes(path: path)
    var rates: [(nanoseconds: Int64, bitsPerSecond: Double)] = []
    try InputFile.forEachLine(of: path, mentionedAt: position) { text, line in
      guard !text.isEmpty else { return true }
      let fields = text.split { $0 == " " || $0 == "\t" }
      guard fields.count == 2 else {
        mistakes.report(
          "expected 'seconds Mbit/s', found \(fields.count == 1 ? "one column" : "\(fields.count) columns")", line: line
        )
        return !mistakes.isFull
      }
      guard let seconds = Double(fields[0]), (0...4e9).contains(seconds) else {
        mistakes.report("'\(String(fields[0]).printable)' is not a time in seconds", line: line)
        return !mistakes.isFull
      }
      guard let mbps = Double(fields[1]), (0...1e6).contains(mbps) else {
        let column = text.unicodeScalars.distance(from: text.startIndex, to: fields[1].startIndex) + 1
        mistakes.report(
          "'\(String(fields[1]).printable)' is not a rate between 0 and 1000000 Mbit/s", line: line, column: column)
        return !mistakes.isFull
      }
      let time = Int64((seconds * 1e9).rounded())
      if let last = rates.last, time < last.nanoseconds {
        mistakes.report("times must ascend: \(fields[0]) comes after \(Double(last.nanoseconds) / 1e9)", line: line)
        return !mistakes.isFull
      }
      rates.append((time, mbps * 1e6))
      if rates.count > RateTrace.pointLimit {
        mistakes.report("more than \(RateTrace.pointLimit) lines", line: line)
        return false
      }
      return true
    }
    try mistakes.throwIfAny()
    return try RateTrace.checked(rates, path, position)
  }
}

extension RateTrace {
  /// A trace of rates, or why there is none.
  static func checked(
    _ rates: [(nanoseconds: Int64, bitsPerSecond: Double)], _ path: String, _ position: SourcePosition?
  ) throws(InputError) -> RateTrace {
    guard let trace = RateTrace(rates: rates) else {
      throw InputError(
        rates.isEmpty
          ? "the trace '\(path.printable)' is empty"
          : "the trace '\(path.printable)' has no capacity that can be counted: all rates are 0, or far too large",
        at: position)
    }
    return trace
  }
}
