import Partitioning

/// The time of a link by its own clock: how much it could have sent since the start, if it always had something to send.
///
/// A transfer of work w that begins at clock c is over when the clock shows c + w, whatever the rate did in between; sharing
/// in virtual time works by this clock as it does by the wall's. Work is in 1/1024 byte under a trace, and in nanoseconds
/// at full rate where only outages stop the clock.
struct CapacityClock: Sendable {
  private let trace: RateTrace?
  /// Outages in order and apart, and what the clock would have counted in those before each.
  private let starts: [Int64]
  private let ends: [Int64]
  private let lost: [Int64]

  init(trace: RateTrace?, outages: [Outage]) {
    self.trace = trace
    var (starts, ends): ([Int64], [Int64]) = ([], [])
    for outage in outages.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) where outage.end > outage.start {
      if let last = ends.last, outage.start <= last {
        ends[ends.count - 1] = max(last, outage.end)
      } else {
        starts.append(outage.start)
        ends.append(outage.end)
      }
    }
    self.starts = starts
    self.ends = ends
    var lost: [Int64] = [0]
    for (start, end) in zip(starts, ends) {
      lost.append(lost[lost.count - 1] + Self.running(trace, until: end) - Self.running(trace, until: start))
    }
    self.lost = lost
  }

  /// What the clock shows at a time.
  func reading(at time: Int64) -> Int64 {
    // The last outage that has begun.
    let begun = starts.countBelow { $0 <= time }
    guard begun > 0 else { return Self.running(trace, until: time) }
    if time < ends[begun - 1] { return Self.running(trace, until: starts[begun - 1]) - lost[begun - 1] }
    return Self.running(trace, until: time) - lost[begun]
  }

  /// The first time at which the clock shows a reading or more.
  func time(of reading: Int64) -> Int64 {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if Self.running(trace, until: starts[middle]) - lost[middle] < reading { low = middle + 1 } else { high = middle }
    }
    return Self.firstTime(trace, reaching: reading.addingClamped(lost[low]))
  }

  /// The rate at a time, as a part of the mean, and when it may change.
  ///
  /// Packet opportunities count as if each gap before one had a constant rate.
  func rate(at time: Int64) -> (fraction: Double, until: Int64) {
    let begun = starts.countBelow { $0 <= time }
    if begun > 0 && time < ends[begun - 1] { return (0, ends[begun - 1]) }
    let outage = begun < starts.count ? starts[begun] : .max
    guard let trace else { return (1, outage) }
    let (periods, rest) = time.quotientAndRemainder(dividingBy: trace.period)
    let next = trace.times.countBelow { $0 <= rest }
    let span = Double(trace.times[next] - trace.times[next - 1])
    let mean = Double(trace.amountPerPeriod) / Double(trace.period)
    let fraction = Double(trace.amounts[next] - trace.amounts[next - 1]) / span / mean
    return (fraction, min(outage, periods.multipliedClamped(by: trace.period).addingClamped(trace.times[next])))
  }

  /// What would be counted without outages.
  private static func running(_ trace: RateTrace?, until time: Int64) -> Int64 {
    guard let trace else { return time }
    let (periods, rest) = time.quotientAndRemainder(dividingBy: trace.period)
    let before = periods.multipliedClamped(by: trace.amountPerPeriod)
    let next = trace.times.countBelow { $0 <= rest }
    let (t0, a0) = (trace.times[next - 1], trace.amounts[next - 1])
    guard !trace.isStepped, next < trace.times.count, rest > t0 else { return before.addingClamped(a0) }
    let grown = Int128(trace.amounts[next] - a0) * Int128(rest - t0) / Int128(trace.times[next] - t0)
    return before.addingClamped(a0 + Int64(grown))
  }

  private static func firstTime(_ trace: RateTrace?, reaching amount: Int64) -> Int64 {
    guard let trace else { return amount }
    guard amount > 0 else { return 0 }
    var (periods, rest) = amount.quotientAndRemainder(dividingBy: trace.amountPerPeriod)
    if rest == 0 {
      periods -= 1
      rest = trace.amountPerPeriod
    }
    let before = periods.multipliedClamped(by: trace.period)
    let next = trace.amounts.countBelow { $0 < rest }
    guard !trace.isStepped else { return before.addingClamped(trace.times[next]) }
    let (t0, a0) = (trace.times[next - 1], trace.amounts[next - 1])
    let (span, amounts) = (Int128(trace.times[next] - t0), Int128(trace.amounts[next] - a0))
    let late = (Int128(rest - a0) * span + amounts - 1) / amounts
    return before.addingClamped(t0 + Int64(late))
  }
}

/// A time in nanoseconds in which a link sends nothing; transfers in progress pause and go on.
public struct Outage: Sendable, Hashable {
  public var start: Int64
  public var end: Int64

  public init(start: Int64, end: Int64) {
    self.start = start
    self.end = end
  }
}

extension Array {
  /// How many of the first elements a condition holds for, which holds for none after.
  fileprivate func countBelow(_ holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension Int64 {
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let sum = addingReportingOverflow(other)
    return sum.overflow ? .max : sum.partialValue
  }

  fileprivate func multipliedClamped(by other: Int64) -> Int64 {
    let product = multipliedReportingOverflow(by: other)
    return product.overflow ? .max : product.partialValue
  }
}
