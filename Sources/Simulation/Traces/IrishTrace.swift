import StrictJSON

enum IrishTrace {
  static func read(
    _ path: String, column wanted: String, mentionedAt position: SourcePosition?
  ) throws(InputError) -> RateTrace {
    let mistakes = TraceMistakes(path: path)
    var rates: [(nanoseconds: Int64, bitsPerSecond: Double)] = []
    var columns: (time: Int, rate: Int, count: Int)?
    try InputFile.forEachLine(of: path, mentionedAt: position) { text, line in
      guard !text.isEmpty else { return true }
      let fields = text.split(separator: ",", omittingEmptySubsequences: false)
      guard let place = columns else {
        columns = header(fields.map(String.init), wanted, line, mistakes)
        return columns != nil
      }
      guard fields.count == place.count else {
        mistakes.report("\(fields.count) columns where the header has \(place.count)", line: line)
        return !mistakes.isFull
      }
      guard let seconds = seconds(of: fields[place.time]) else {
        mistakes.report("'\(String(fields[place.time]).printable)' is no time like 2019.12.16_07.22.43", line: line)
        return !mistakes.isFull
      }
      guard let kbps = Double(fields[place.rate]), (0...1e9).contains(kbps) else {
        let column = text.unicodeScalars.distance(from: text.startIndex, to: fields[place.rate].startIndex) + 1
        mistakes.report(
          "'\(String(fields[place.rate]).printable)' is not a rate in kbit/s", line: line, column: column)
        return !mistakes.isFull
      }
      let time = seconds * 1_000_000_000
      if let last = rates.last, time < last.nanoseconds {
        mistakes.report("times must ascend", line: line)
        return !mistakes.isFull
      }
      if rates.last?.nanoseconds == time { rates.removeLast() }
      rates.append((time, kbps * 1e3))
      if rates.count > RateTrace.pointLimit {
        mistakes.report("more than \(RateTrace.pointLimit) seconds", line: line)
        return false
      }
      return true
    }
    try mistakes.throwIfAny()
    return try RateTrace.checked(rates, path, position)
  }

  private static func header(
    _ names: [String], _ wanted: String, _ line: Int, _ mistakes: TraceMistakes
  ) -> (time: Int, rate: Int, count: Int)? {
    guard let time = names.firstIndex(of: "Timestamp") else {
      mistakes.report("the header has no column 'Timestamp'", line: line)
      return nil
    }
    guard let rate = names.firstIndex(of: wanted) else {
      let known = names.prefix(40).map(\.printable).joined(separator: ", ")
      mistakes.report("the header has no column '\(wanted.printable)' (it has \(known))", line: line)
      return nil
    }
    return (time, rate, names.count)
  }

  /// Seconds since 1970 of `2019.12.16_07.22.43`.
  private static func seconds(of text: Substring) -> Int64? {
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "_" }.map { Int64($0) }
    guard parts.count == 6, let year = parts[0], let month = parts[1], let day = parts[2], let hour = parts[3],
      let minute = parts[4], let second = parts[5], (1970...9999).contains(year), (1...12).contains(month),
      (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    // Days from civil, with years that begin in March. Source: Hinnant, "chrono-compatible low-level date algorithms".
    let y = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = (y / 400, y % 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    return days * 86_400 + hour * 3600 + minute * 60 + second
  }
}
