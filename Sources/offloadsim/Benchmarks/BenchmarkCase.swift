import Foundation

/// Something to time, and the rates that follow from its time.
struct BenchmarkCase {
  struct Result {
    let name: String
    let runs: Int
    let minimumMilliseconds: Double
    let medianMilliseconds: Double
    let rates: [(name: String, value: Double)]
  }

  let name: String
  let defaultRuns: Int
  /// Does the work once and says how much it was, as amounts whose rates per second are printed.
  let body: () throws -> [(name: String, amount: Double)]

  /// Runs once to warm up, then `runs` times.
  func time(runs: Int?) throws -> Result {
    var amounts = try body()
    var milliseconds: [Double] = []
    for _ in 0..<(runs ?? defaultRuns) {
      let start = DispatchTime.now().uptimeNanoseconds
      amounts = try body()
      milliseconds.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
    }
    milliseconds.sort()
    let least = milliseconds[0]
    return Result(
      name: name, runs: milliseconds.count, minimumMilliseconds: least,
      medianMilliseconds: milliseconds[milliseconds.count / 2],
      rates: amounts.map { ($0.name, $0.amount / (least / 1e3)) })
  }
}
