import Foundation

/// Writes messages to files, whole or not at all.
enum WireFile {
  /// Writes beside `path` first and renames when everything is there.
  ///
  /// Throws `ModelError`, and leaves nothing behind.
  static func write(_ message: WireMessage, to path: String) throws {
    let file = try StagedFile(message, for: path)
    try file.publish(replacing: true)
  }
}

/// A complete file under a temporary name beside its final place, until it is published or discarded.
package struct StagedFile: Sendable {
  /// The final place, as the user named it.
  package let path: String
  private let temporary: String

  /// Protobuf's own limit; readers elsewhere refuse larger messages.
  package static let maximumMessageBytes = 1 << 31 - 1

  /// Writes a protobuf message beside `path`.
  ///
  /// Throws `ModelError`, and leaves nothing behind.
  package init(_ message: WireMessage, for path: String) throws {
    guard message.byteCount <= Self.maximumMessageBytes else {
      throw ModelError(
        file: path,
        "the model takes \(message.byteCount) bytes, and a protobuf file holds 2 GiB at most; keep the weights in a file"
          + " of their own")
    }
    try self.init(pieces: message.pieces, for: path)
  }

  /// Writes a text beside `path`.
  package init(text: String, for path: String) throws {
    try self.init(pieces: [.bytes([UInt8](text.utf8))], for: path)
  }

  /// Writes pieces of any total size.
  init(pieces: [WireMessage.Piece], for path: String) throws {
    self.path = path
    temporary = "\(path).\(getpid()).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure }
    var isComplete = false
    defer { if !isComplete { unlink(temporary) } }
    defer { close(descriptor) }
    for piece in pieces {
      guard piece.withBytes({ Self.writeAll($0, to: descriptor) }) else { throw failure }
    }
    isComplete = true
  }

  /// Moves the file to its place.
  ///
  /// Throws `ModelError` where that fails or, unless `replacing`, something is there; then nothing is left behind.
  package func publish(replacing: Bool) throws {
    defer { discard() }
    if !replacing {
      // Unlike rename, link never replaces a file; some file systems have no links.
      if link(temporary, path) == 0 { return }
      guard errno != EEXIST else { throw ModelError(file: path, "exists already; --force replaces it") }
    }
    guard rename(temporary, path) == 0 else { throw failure }
  }

  /// Removes the file unless it has been published.
  package func discard() { unlink(temporary) }

  private var failure: ModelError {
    ModelError(file: path, "cannot be written: \(String(cString: strerror(errno)))")
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var position = 0
    while position < bytes.count {
      let written = Foundation.write(descriptor, bytes.baseAddress! + position, bytes.count - position)
      if written < 0 {
        if errno == EINTR { continue }
        return false
      }
      position += written
    }
    return true
  }
}
