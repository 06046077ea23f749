import Partitioning
import RandomStreams

/// The time of a link by its own clock: how much it could have sent since the start, if it always had something to send.
///
/// A transfer of work w that begins at clock c is over when the clock shows c + w, whatever the rate did in between; sharing
/// in virtual time works by this clock as it does by the wall's. Work is in 1/1024 byte under a trace, and in nanoseconds
/// at full rate where only outages stop the clock.
struct CapacityClock {
  private let trace: RateTrace?
  private let timeline: OutageTimeline

  init(trace: RateTrace?, schedule: OutageSchedule) {
    self.trace = trace
    timeline = OutageTimeline(schedule) { end, start in
      Self.running(trace, until: end) - Self.running(trace, until: start)
    }
  }

  /// A clock with given outages alone.
  init(trace: RateTrace?, outages: [Outage]) {
    self.init(
      trace: trace,
      schedule: OutageSchedule(
        given: outages, random: nil, stream: RandomStream(seed: 0, entity: "none", purpose: "outages")))
  }

  /// What the clock shows at a time.
  func reading(at time: Int64) -> Int64 {
    // The last outage that has begun.
    let begun = timeline.outagesBegun(by: time)
    guard begun > 0 else { return Self.running(trace, until: time) }
    let outage = timeline.outages[begun - 1]
    if time < outage.end { return Self.running(trace, until: outage.start) - timeline.lost[begun - 1] }
    return Self.running(trace, until: time) - timeline.lost[begun]
  }

  /// The first time at which the clock shows a reading or more.
  func time(of reading: Int64) -> Int64 {
    func isBefore(_ index: Int) -> Bool {
      Self.running(trace, until: timeline.outages[index].start) - timeline.lost[index] < reading
    }
    // As many outages as it takes until the clock has shown it when one begins.
    while timeline.outages.isEmpty || isBefore(timeline.outages.count - 1) { guard timeline.extend() else { break } }
    var (low, high) = (0, timeline.outages.count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(middle) { low = middle + 1 } else { high = middle }
    }
    return Self.firstTime(trace, reaching: reading.addingClamped(timeline.lost[low]))
  }

  /// How much of a window lies in outages.
  func outageTime(in window: Window) -> Int64 {
    let begun = timeline.outagesBegun(by: window.end)
    return timeline.outages[..<begun].reduce(0) { $0 + window.overlap($1.start, $1.end) }
  }

  /// The rate at a time, as a part of the mean, and when it may change.
  ///
  /// Packet opportunities count as if each gap before one had a constant rate.
  func rate(at time: Int64) -> (fraction: Double, until: Int64) {
    let begun = timeline.outagesBegun(by: time)
    if begun > 0 && time < timeline.outages[begun - 1].end { return (0, timeline.outages[begun - 1].end) }
    let outage = begun < timeline.outages.count ? timeline.outages[begun].start : .max
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

/// The outages of one link, known as far as anybody asked: those at random have no end.
final class OutageTimeline {
  private var schedule: OutageSchedule
  private let lostBetween: (_ end: Int64, _ start: Int64) -> Int64
  /// In order and apart.
  private(set) var outages: [Outage] = []
  /// What the clock would have counted in the outages before each, and in all.
  private(set) var lost: [Int64] = [0]

  init(_ schedule: OutageSchedule, lostBetween: @escaping (_ end: Int64, _ start: Int64) -> Int64) {
    self.schedule = schedule
    self.lostBetween = lostBetween
  }

  /// Finds one more; `false` after the last.
  func extend() -> Bool {
    guard let outage = schedule.nextOutage() else { return false }
    outages.append(outage)
    lost.append(lost[lost.count - 1].addingClamped(lostBetween(outage.end, outage.start)))
    return true
  }

  /// How many have begun by a time; the one after them is known, if there is one.
  func outagesBegun(by time: Int64) -> Int {
    while (outages.last?.start ?? .min) <= time { guard extend() else { break } }
    return outages.countBelow { $0.start <= time }
  }
}

/// A time in nanoseconds in which a link sends nothing, or a machine is down; `.max` ends never.
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
  fileprivate func multipliedClamped(by other: Int64) -> Int64 {
    let product = multipliedReportingOverflow(by: other)
    return product.overflow ? .max : product.partialValue
  }
}
