import Foundation

/// Something to time, and the rates that follow from its time.
struct BenchmarkCase {
  struct Result {
    let name: String
    let runs: Int
    let minimumMilliseconds: Double
    let medianMilliseconds: Double
    let rates: [(name: String, value: Double)]
    /// What was measured once besides, by name.
    let once: [(name: String, value: Double)]
  }

  let name: String
  let defaultRuns: Int
  /// How often a run does the work, where once is too short for the clock; times are of once.
  let repetitions: Int
  /// What was measured once while the case was made, by name.
  let once: [(name: String, value: Double)]
  /// Does the work `repetitions` times and says how much it was, as amounts whose rates per second are printed.
  let body: () throws -> [(name: String, amount: Double)]

  init(
    name: String, defaultRuns: Int, repetitions: Int = 1, once: [(name: String, value: Double)] = [],
    body: @escaping () throws -> [(name: String, amount: Double)]
  ) {
    self.name = name
    self.defaultRuns = defaultRuns
    self.repetitions = repetitions
    self.once = once
    self.body = body
  }

  /// Runs once to warm up, then `runs` times.
  func time(runs: Int?) throws -> Result {
    var amounts = try body()
    var milliseconds: [Double] = []
    milliseconds.reserveCapacity(runs ?? defaultRuns)
    for _ in 0..<(runs ?? defaultRuns) {
      let start = DispatchTime.now().uptimeNanoseconds
      amounts = try body()
      milliseconds.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
    }
    milliseconds.sort()
    let scale = 1 / Double(repetitions)
    let least = milliseconds[0]
    return Result(
      name: name, runs: milliseconds.count, minimumMilliseconds: least * scale,
      medianMilliseconds: milliseconds[milliseconds.count / 2] * scale,
      rates: amounts.map { ($0.name, $0.amount / (least / 1e3)) },
      once: once)
  }
}
