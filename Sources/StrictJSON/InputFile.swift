#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads input files whole.
public enum InputFile {
  /// The bytes of a file or a pipe; more than `limit` bytes, a folder and an unreadable file are errors.
  ///
  /// `mentionedAt` is where another file names this one.
  public static func bytes(of path: String, limit: Int, mentionedAt: SourcePosition? = nil) throws(InputError)
    -> [UInt8]
  {
    func failure(_ reason: String) -> InputError {
      InputError("cannot read '\(path.printable)': \(reason)", at: mentionedAt)
    }
    let descriptor = try opened(path, failure)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(String(cString: strerror(errno))) }
      if count == 0 { return bytes }
      guard bytes.count + count <= limit else { throw failure("larger than \(limit) bytes") }
      bytes.append(contentsOf: buffer[..<count])
    }
  }
}

extension InputFile {
  /// A descriptor to read from, which the caller closes.
  static func opened(_ path: String, _ failure: (String) -> InputError) throws(InputError) -> Int32 {
    guard !path.utf8.contains(0) else { throw failure("its name contains a zero byte") }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(String(cString: strerror(errno))) }
    return descriptor
  }

  /// Why a file cannot be read, `nil` where it can: it is missing, a folder, or not ours to read.
  public static func reasonNotToRead(_ path: String) -> String? {
    guard !path.utf8.contains(0) else { return "its name contains a zero byte" }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return String(cString: strerror(errno)) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return String(cString: strerror(errno)) }
    return status.st_mode & S_IFMT == S_IFDIR ? "is a folder" : nil
  }
}
