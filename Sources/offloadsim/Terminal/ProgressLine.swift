import Experiments
import Foundation

/// A line on the terminal that says how far a run has come, from its second second on.
final class ProgressLine: @unchecked Sendable {
  private let isShown: Bool
  private let started = ContinuousClock.now
  private let lock = NSLock()
  private var last = ContinuousClock.now
  private var hasWritten = false

  init(isShown: Bool) { self.isShown = isShown }

  func show(_ progress: Experiment.Progress) {
    guard isShown else { return }
    lock.lock()
    defer { lock.unlock() }
    let now = ContinuousClock.now
    let seconds = started.duration(to: now) / .seconds(1)
    guard seconds >= 1, last.duration(to: now) >= .milliseconds(200), progress.fraction > 0 else { return }
    last = now
    hasWritten = true
    let rate = Double(progress.events) / seconds / 1e6
    let rest = seconds * (1 / progress.fraction - 1)
    let text = String(
      format: "%3.0f %%  %.2f M events/s  %.0f s left", 100 * progress.fraction, rate, rest.rounded(.up))
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }

  func clear() {
    lock.lock()
    defer { lock.unlock() }
    if hasWritten { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}
