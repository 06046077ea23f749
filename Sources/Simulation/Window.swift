/// The measured time [start, end) in nanoseconds.
struct Window {
  var start: Int64
  var end: Int64

  @inline(__always)
  func contains(_ time: Int64) -> Bool { time >= start && time < end }

  /// How much of [from, to] lies in the window.
  @inline(__always)
  func overlap(_ from: Int64, _ to: Int64) -> Int64 { max(0, min(to, end) - max(from, start)) }

  var length: Int64 { max(0, end - start) }
}
