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
