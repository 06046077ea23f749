import RandomStreams

/// Outages at random: exponential times between the end of one and the next, and exponential lengths.
///
/// In the long run a share mean up / (mean up + mean down) of the time is without them.
public struct RandomOutages: Sendable, Hashable {
  public var meanUpNanoseconds: Double
  public var meanDownNanoseconds: Double

  public init(meanUpNanoseconds: Double, meanDownNanoseconds: Double) {
    self.meanUpNanoseconds = meanUpNanoseconds
    self.meanDownNanoseconds = meanDownNanoseconds
  }
}

/// The outages of one machine or link in order and apart: those given, and those at random.
struct OutageSchedule {
  private let given: [Outage]
  private var next = 0
  private let random: RandomOutages?
  private var stream: RandomStream
  /// The next at random; `nil` where there is none.
  private var drawn: Outage?

  init(given: [Outage], random: RandomOutages?, stream: RandomStream) {
    self.given = given.filter { $0.end > $0.start }.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    self.random = random
    self.stream = stream
    drawn = nil
    drawn = draw(after: 0)
  }

  /// The next outage, made of all that overlap or touch; `nil` after the last.
  mutating func nextOutage() -> Outage? {
    guard var outage = first() else { return nil }
    while let other = peek(), other.start <= outage.end {
      _ = first()
      outage.end = max(outage.end, other.end)
    }
    return outage
  }

  private func peek() -> Outage? {
    guard next < given.count else { return drawn }
    guard let drawn, drawn.start < given[next].start else { return given[next] }
    return drawn
  }

  private mutating func first() -> Outage? {
    guard let outage = peek() else { return nil }
    if next < given.count, outage == given[next] {
      next += 1
    } else {
      drawn = draw(after: outage.end)
    }
    return outage
  }

  /// Times beyond the end of all simulations are none.
  private mutating func draw(after time: Int64) -> Outage? {
    guard let random else { return nil }
    let start = Double(time) + stream.exponential(mean: random.meanUpNanoseconds)
    let end = start + stream.exponential(mean: random.meanDownNanoseconds)
    guard start < Double(EventQueue.timeLimit) else { return nil }
    let first = Int64(start.rounded())
    return Outage(start: first, end: max(first + 1, Int64(min(end, 0x1p61).rounded())))
  }
}
