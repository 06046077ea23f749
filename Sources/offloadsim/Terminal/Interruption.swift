import Foundation
import Synchronization

/// Thrown by a command that ended early because of Ctrl-C or SIGTERM.
struct Interruption: Error {
  private static let requested = Atomic<Bool>(false)

  /// Whether the user has asked to stop.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Notes the first signal and lets the command end in order; a second one ends the program at once.
  static func install() {
    // A reader that has seen enough closes the pipe; the run goes on to its end.
    signal(SIGPIPE, SIG_IGN)
    // A parent that starts programs from a worker thread hands down a mask in which these are blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    sigprocmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.requested.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }
}
