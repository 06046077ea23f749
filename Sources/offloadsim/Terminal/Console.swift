import Foundation

/// Where text goes: data to stdout, everything else to stderr.
///
/// A closed pipe is no error: whoever closed it has read enough.
enum Console {
  /// Writes a line of data to stdout.
  static func print(_ line: String, terminator: String = "\n") { write(line + terminator, to: STDOUT_FILENO) }

  /// Writes a line for people to stderr.
  static func error(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

  static var isErrorATerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// The width of the terminal that stdout is, or that `COLUMNS` names; otherwise 100.
  static var columns: Int {
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    let named = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 100
    return min(max(named, 40), 1000)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let first = rest.baseAddress, !rest.isEmpty {
        let count = Foundation.write(descriptor, first, rest.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }
}
