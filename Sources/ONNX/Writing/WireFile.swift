import Foundation

/// Writes messages to files, whole or not at all.
enum WireFile {
  /// Writes beside `path` first and renames when everything is there.
  ///
  /// Throws `ModelError`, and leaves nothing behind.
  static func write(_ message: WireMessage, to path: String) throws {
    func failure(_ what: String) -> ModelError {
      ModelError(file: path, "\(what): \(String(cString: strerror(errno)))")
    }
    // Protobuf's own limit; readers elsewhere refuse larger messages.
    guard message.byteCount < 1 << 31 else {
      throw ModelError(
        file: path, "the model takes \(message.byteCount) bytes, and a protobuf file holds 2 GiB at most")
    }
    let temporary = "\(path).\(getpid()).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("cannot be written") }
    var isComplete = false
    defer { if !isComplete { unlink(temporary) } }
    do {
      defer { close(descriptor) }
      for piece in message.pieces {
        switch piece {
        case .bytes(let bytes):
          guard bytes.withUnsafeBytes({ writeAll($0, to: descriptor) }) else { throw failure("cannot be written") }
        case .tensor(let tensor):
          let isWritten = withExtendedLifetime(tensor.storage) {
            writeAll(UnsafeRawBufferPointer(start: tensor.bytes, count: tensor.byteCount), to: descriptor)
          }
          guard isWritten else { throw failure("cannot be written") }
        }
      }
    }
    guard rename(temporary, path) == 0 else { throw failure("cannot be written") }
    isComplete = true
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
