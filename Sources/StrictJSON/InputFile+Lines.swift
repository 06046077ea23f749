#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension InputFile {
  /// The longest line of a text file, in bytes.
  private static let lineLimit = 1 << 16

  /// Hands over a file's lines one by one, without surrounding white space and counted from 1, until `body` says `false`.
  ///
  /// Only a small part of the file is in memory at a time. Throws where it cannot be read or a line is longer than 64 KiB.
  public static func forEachLine(
    of path: String, mentionedAt: SourcePosition? = nil, _ body: (_ text: String, _ line: Int) -> Bool
  ) throws(InputError) {
    func failure(_ reason: String) -> InputError {
      InputError("cannot read '\(path.printable)': \(reason)", at: mentionedAt)
    }
    let descriptor = try opened(path, failure)
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var rest: [UInt8] = []
    var line = 0
    func give(_ bytes: ArraySlice<UInt8>) -> Bool {
      line += 1
      let isSpace = { (byte: UInt8) in byte == 32 || byte == 9 || byte == 13 }
      let text = bytes.drop(while: isSpace)
      let end = text.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? text.startIndex
      return body(String(decoding: text[text.startIndex..<end], as: UTF8.self), line)
    }
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(String(cString: strerror(errno))) }
      if count == 0 {
        if !rest.isEmpty { _ = give(rest[...]) }
        return
      }
      rest.append(contentsOf: buffer[..<count])
      var start = rest.startIndex
      while let end = rest[start...].firstIndex(of: 10) {
        guard give(rest[start..<end]) else { return }
        start = end + 1
      }
      rest.removeSubrange(..<start)
      guard rest.count <= lineLimit else {
        throw InputError(
          "a line of more than \(lineLimit) bytes", at: SourcePosition(file: path, line: line + 1, column: 1))
      }
    }
  }
}
