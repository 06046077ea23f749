/// The share of every server that others take: what is left, 1 - fraction, is the speed at which requests are computed.
public struct BackgroundLoad: Sendable, Hashable {
  /// When each fraction begins, ascending from 0, in nanoseconds.
  public var times: [Int64]
  public var fractions: [Double]
  /// After which the fractions begin anew; `nil` where the last one stays.
  public var periodNanoseconds: Int64?

  public init(times: [Int64] = [0], fractions: [Double], periodNanoseconds: Int64? = nil) {
    self.times = times
    self.fractions = fractions
    self.periodNanoseconds = periodNanoseconds
  }

  /// The most that others can take, so that work that waits can end.
  public static let limit = 0.999

  var isPossible: Bool {
    let ascends = zip(times, times.dropFirst()).allSatisfy { $0 < $1 }
    let fits = periodNanoseconds.map { $0 > times.last ?? 0 && $0 < SharingStation.workLimit } ?? true
    return times.first == 0 && ascends && fits && times.count == fractions.count
      && fractions.allSatisfy { (0...Self.limit).contains($0) }
  }

  /// The place of the fraction after that one, and when it begins; `nil` after the last.
  func next(after place: Int, beganAt begin: Int64) -> (place: Int, time: Int64)? {
    if place + 1 < times.count { return (place + 1, begin + times[place + 1] - times[place]) }
    guard let period = periodNanoseconds, times.count > 1 else { return nil }
    return (0, begin + period - times[place])
  }
}
