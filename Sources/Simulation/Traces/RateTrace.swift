/// The capacity of one direction of a link over time: how much it could have sent until when, repeated for ever.
///
/// Amounts are in 1/1024 byte. `times` ascend from 0 to `period`; `amounts[i]` is what could be sent until `times[i]`. Between
/// two times it grows evenly, or, where the trace lists packet opportunities (`isStepped`), at the later time.
public struct RateTrace: Sendable, Hashable {
  /// Amounts of a byte.
  public static let unitsPerByte: Int64 = 1024
  /// The most points that a trace may have.
  static let pointLimit = 1 << 24

  public let isStepped: Bool
  package let times: [Int64]
  package let amounts: [Int64]

  var period: Int64 { times[times.count - 1] }
  var amountPerPeriod: Int64 { amounts[amounts.count - 1] }

  public var meanBitsPerSecond: Double {
    Double(amountPerPeriod) * 8 / Double(Self.unitsPerByte) / Double(period) * 1e9
  }

  /// Packet opportunities: at each time, ascending and in nanoseconds, that many bytes may go; the last ends the period.
  ///
  /// `nil` where there is none, or only at time 0.
  public init?(opportunities: [(nanoseconds: Int64, bytes: Int64)]) {
    guard let last = opportunities.last, last.nanoseconds > 0 else { return nil }
    var (times, amounts): ([Int64], [Int64]) = ([0], [0])
    for opportunity in opportunities {
      let amount = amounts[amounts.count - 1] + opportunity.bytes * Self.unitsPerByte
      if opportunity.nanoseconds == times[times.count - 1] && times.count > 1 {
        amounts[amounts.count - 1] = amount
      } else {
        times.append(opportunity.nanoseconds)
        amounts.append(amount)
      }
    }
    isStepped = true
    self.times = times
    self.amounts = amounts
  }

  /// Rates that hold from each time, ascending and in nanoseconds, to the next; the last as long as the one before.
  ///
  /// Times count from the first. A single rate holds for ever. `nil` where there is none, or all are 0.
  public init?(rates: [(nanoseconds: Int64, bitsPerSecond: Double)]) {
    guard let first = rates.first, let last = rates.last else { return nil }
    let gap = zip(rates, rates.dropFirst()).reversed().lazy.map { $1.nanoseconds - $0.nanoseconds }.first { $0 > 0 }
    var (times, amounts): ([Int64], [Int64]) = ([0], [0])
    // Amounts are rounded as a whole, so that errors do not add up.
    var total = 0.0
    for (index, rate) in rates.enumerated() {
      let end = index + 1 < rates.count ? rates[index + 1].nanoseconds : last.nanoseconds + (gap ?? 1_000_000_000)
      guard end > rate.nanoseconds else { continue }
      total += rate.bitsPerSecond / 8e9 * Double(Self.unitsPerByte) * Double(end - rate.nanoseconds)
      guard total < 0x1p62 else { return nil }
      times.append(end - first.nanoseconds)
      amounts.append(Int64(total.rounded()))
    }
    guard amounts[amounts.count - 1] > 0 else { return nil }
    isStepped = false
    self.times = times
    self.amounts = amounts
  }
}
