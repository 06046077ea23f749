import Foundation
import Simulation

/// Adds up how far runs that go on at the same time have come.
final class ProgressMeter: @unchecked Sendable {
  private let lock = NSLock()
  private var fractions: [Double]
  private var events: [Int]
  private let report: @Sendable (Experiment.Progress) -> Void

  init(runs: Int, report: @escaping @Sendable (Experiment.Progress) -> Void) {
    fractions = [Double](repeating: 0, count: runs)
    events = [Int](repeating: 0, count: runs)
    self.report = report
  }

  func update(run: Int, _ progress: Simulator.Progress) {
    lock.lock()
    let share = Double(progress.nowNanoseconds) / Double(max(1, progress.durationNanoseconds))
    // Earlier runs are complete, or nearly so, when a later one reports.
    fractions[run] = min(1, share)
    events[run] = progress.events
    let total = fractions.enumerated().reduce(0) { $0 + ($1.offset < run ? 1 : $1.element) }
    let sum = Experiment.Progress(fraction: total / Double(fractions.count), events: events.reduce(0, +))
    lock.unlock()
    report(sum)
  }
}
