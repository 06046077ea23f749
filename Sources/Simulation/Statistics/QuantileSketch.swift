/// Quantiles of non-negative numbers within a relative error of 0.4 %, in bounded memory.
///
/// A number falls into one of 128 equal parts of its power of two, whose index is the head of its bit pattern; a part is
/// answered by the value of least relative error to its ends. Zeros are counted apart. At most 262,144 parts; latencies
/// between 1 ms and 1 s take 10 KB.
/// Source: Masson, Rim, Lee, "DDSketch", VLDB 2019 (the linearly interpolated mapping).
public struct QuantileSketch: Sendable {
  private static let shift: UInt64 = 45

  /// Counts of the parts from `lowest` on.
  private var counts: [Int] = []
  private var lowest = 0
  private var zeros = 0
  public private(set) var count = 0

  public init() {}

  /// Adds a finite number; what is not positive counts as zero.
  public mutating func add(_ value: Double) {
    count += 1
    guard value >= Double.leastNormalMagnitude else {
      zeros += 1
      return
    }
    let part = Int(value.bitPattern >> Self.shift)
    let index = part - lowest
    if index >= 0 && index < counts.count {
      counts[index] += 1
    } else {
      makeRoom(for: part)
      counts[part - lowest] += 1
    }
  }

  public mutating func merge(_ other: QuantileSketch) {
    count += other.count
    zeros += other.zeros
    guard !other.counts.isEmpty else { return }
    makeRoom(for: other.lowest)
    makeRoom(for: other.lowest + other.counts.count - 1)
    for (index, number) in other.counts.enumerated() { counts[other.lowest + index - lowest] += number }
  }

  /// The smallest added number that at least `q` of all do not exceed, within the error; `nil` where there is none.
  public func quantile(_ q: Double) -> Double? {
    guard count > 0 else { return nil }
    let rank = max(1, Int((min(max(q, 0), 1) * Double(count)).rounded(.up)))
    var seen = zeros
    if seen >= rank { return 0 }
    for (index, number) in counts.enumerated() {
      seen += number
      if seen >= rank { return Self.value(of: lowest + index) }
    }
    return counts.isEmpty ? 0 : Self.value(of: lowest + counts.count - 1)
  }

  private mutating func makeRoom(for part: Int) {
    if counts.isEmpty {
      lowest = part
      counts = [0]
      return
    }
    // A quarter of a power of two to spare, so that growing stays rare.
    if part < lowest {
      let added = min(lowest, lowest - part + 32)
      counts.insert(contentsOf: repeatElement(0, count: added), at: 0)
      lowest -= added
    }
    let missing = part - lowest - counts.count + 1
    if missing > 0 { counts.append(contentsOf: repeatElement(0, count: missing + 32)) }
  }

  private static func value(of part: Int) -> Double {
    let low = Double(bitPattern: UInt64(part) << shift)
    let high = Double(bitPattern: UInt64(part + 1) << shift)
    return 2 * low * (high / (low + high))
  }
}
