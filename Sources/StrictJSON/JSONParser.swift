/// Reads JSON by the letter of RFC 8259, with `//` and `/* */` comments besides.
///
/// Duplicate keys, numbers that are not finite and lone surrogates are errors, all with their place. A syntax error ends
/// the reading; duplicate keys are collected.
public struct JSONParser {
  /// Arrays and objects inside each other; deeper ones are an error.
  public static let depthLimit = 128

  private let bytes: [UInt8]
  private let file: String
  private var offset = 0
  private var line = 1
  private var lineStart = 0
  /// UTF-8 continuation bytes in the line so far: they are no columns.
  private var continuations = 0
  private var duplicates: [Diagnostic] = []

  public static func parse(_ text: String, file: String) throws(InputError) -> JSONNode {
    try parse(Array(text.utf8), file: file)
  }

  public static func parse(_ bytes: [UInt8], file: String) throws(InputError) -> JSONNode {
    var parser = JSONParser(bytes: bytes, file: file)
    return try parser.document()
  }

  /// Reads and parses a file.
  public static func parse(contentsOf path: String) throws(InputError) -> JSONNode {
    try parse(InputFile.bytes(of: path, limit: 1 << 28), file: path)
  }

  private init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  private mutating func document() throws(InputError) -> JSONNode {
    var failures: [Diagnostic] = []
    var root: JSONNode?
    do throws(Diagnostic) {
      try checkEncoding()
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { (offset, lineStart) = (3, 3) }
      root = try value(depth: 0)
      try skipBlanks()
      if offset < bytes.count { throw error("expected the end of the file, found \(found)") }
    } catch { failures = [error] }
    guard let root, failures.isEmpty, duplicates.isEmpty else { throw InputError(duplicates + failures) }
    return root
  }

  private mutating func value(depth: Int) throws(Diagnostic) -> JSONNode {
    try skipBlanks()
    let start = position
    guard offset < bytes.count else { throw error("expected a value, found \(found)") }
    switch bytes[offset] {
    case UInt8(ascii: "{"): return JSONNode(.object(try members(depth: depth + 1)), at: start)
    case UInt8(ascii: "["): return JSONNode(.array(try elements(depth: depth + 1)), at: start)
    case UInt8(ascii: "\""): return JSONNode(.string(try string()), at: start)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return JSONNode(.number(try number()), at: start)
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
      return JSONNode(try word(), at: start)
    default: throw error("expected a value, found \(found)")
    }
  }

  private mutating func members(depth: Int) throws(Diagnostic) -> [JSONMember] {
    try enter(depth)
    var members: [JSONMember] = []
    var seen: [String: SourcePosition] = [:]
    try skipBlanks()
    if take("}") { return members }
    while true {
      try skipBlanks()
      let keyPosition = position
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
        throw error("expected a key in double quotes, found \(found)")
      }
      let key = try string()
      if let first = seen[key] {
        duplicates.append(
          Diagnostic("duplicate key '\(key.printable)', first at line \(first.line)", at: keyPosition))
      }
      seen[key] = keyPosition
      try skipBlanks()
      guard take(":") else { throw error("expected ':' after the key '\(key.printable)', found \(found)") }
      members.append(JSONMember(key, at: keyPosition, try value(depth: depth)))
      try skipBlanks()
      if take("}") { return members }
      guard take(",") else { throw error("expected ',' or '}', found \(found)") }
      try rejectTrailingComma(before: "}")
    }
  }

  private mutating func elements(depth: Int) throws(Diagnostic) -> [JSONNode] {
    try enter(depth)
    var elements: [JSONNode] = []
    try skipBlanks()
    if take("]") { return elements }
    while true {
      elements.append(try value(depth: depth))
      try skipBlanks()
      if take("]") { return elements }
      guard take(",") else { throw error("expected ',' or ']', found \(found)") }
      try rejectTrailingComma(before: "]")
    }
  }

  private mutating func enter(_ depth: Int) throws(Diagnostic) {
    guard depth <= Self.depthLimit else { throw error("nested deeper than \(Self.depthLimit) levels") }
    offset += 1
  }

  private mutating func rejectTrailingComma(before end: Unicode.Scalar) throws(Diagnostic) {
    try skipBlanks()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: end) else { return }
    throw error("trailing comma before '\(end)'")
  }

  private mutating func word() throws(Diagnostic) -> JSONNode.Value {
    let start = offset
    var end = offset
    while end < bytes.count, bytes[end].isWordByte { end += 1 }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    switch text {
    case "true": offset = end; return .bool(true)
    case "false": offset = end; return .bool(false)
    case "null": offset = end; return .null
    case "NaN", "Infinity", "inf", "nan": throw error("'\(text)' is not a finite number")
    default: throw error("unknown word '\(text.printable)'; strings stand in double quotes")
    }
  }

  private mutating func number() throws(Diagnostic) -> JSONNumber {
    let start = offset
    var end = offset
    func digits() -> Int {
      let first = end
      while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) { end += 1 }
      return end - first
    }
    if bytes[end] == UInt8(ascii: "-") { end += 1 }
    let firstDigit = end
    let whole = digits()
    var isWellFormed = whole > 0
    if whole > 1, bytes[firstDigit] == UInt8(ascii: "0") { throw error("a number must not start with a zero") }
    if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
      end += 1
      if digits() == 0 { isWellFormed = false }
    }
    if end < bytes.count, bytes[end] == UInt8(ascii: "e") || bytes[end] == UInt8(ascii: "E") {
      end += 1
      if end < bytes.count, bytes[end] == UInt8(ascii: "+") || bytes[end] == UInt8(ascii: "-") { end += 1 }
      if digits() == 0 { isWellFormed = false }
    }
    if end < bytes.count, bytes[end].isWordByte || bytes[end] == UInt8(ascii: ".") { isWellFormed = false }
    while !isWellFormed, end < bytes.count, bytes[end].isWordByte || bytes[end] == UInt8(ascii: ".") { end += 1 }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    guard isWellFormed else { throw error("'\(text.printable)' is not a number") }
    guard let number = JSONNumber(text: text) else { throw error("\(text.printable) is not a finite number") }
    offset = end
    return number
  }

  private mutating func string() throws(Diagnostic) -> String {
    let start = position
    offset += 1
    var text: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw error("a string must not contain \(found); it is written as an escape")
      default:
        if byte.isContinuation { continuations += 1 }
        text.append(byte)
        offset += 1
      }
    }
    throw Diagnostic("this string never ends", at: start)
  }

  private mutating func escape(into text: inout [UInt8]) throws(Diagnostic) {
    guard offset + 1 < bytes.count else { throw error("this escape never ends") }
    let letter = bytes[offset + 1]
    let plain: UInt8
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = letter
    case UInt8(ascii: "b"): plain = 8
    case UInt8(ascii: "f"): plain = 12
    case UInt8(ascii: "n"): plain = 10
    case UInt8(ascii: "r"): plain = 13
    case UInt8(ascii: "t"): plain = 9
    case UInt8(ascii: "u"): return try unicodeEscape(into: &text)
    default: throw error("unknown escape '\\\(String(decoding: [letter], as: UTF8.self).printable)'")
    }
    text.append(plain)
    offset += 2
  }

  private mutating func unicodeEscape(into text: inout [UInt8]) throws(Diagnostic) {
    func unit(at index: Int) -> UInt32? {
      guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
        return nil
      }
      var unit: UInt32 = 0
      for byte in bytes[index + 2..<index + 6] {
        guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
        unit = unit << 4 | UInt32(digit)
      }
      return unit
    }
    guard var code = unit(at: offset) else { throw error("'\\u' needs four hexadecimal digits") }
    var length = 6
    if (0xD800..<0xDC00).contains(code), let low = unit(at: offset + 6), (0xDC00..<0xE000).contains(low) {
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      length = 12
    }
    guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair") }
    text.append(contentsOf: UTF8.encode(scalar) ?? .init())
    offset += length
  }

  private mutating func skipBlanks() throws(Diagnostic) {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): offset += 1
      case UInt8(ascii: "\n"): newLine()
      case UInt8(ascii: "/"): try skipComment()
      default: return
      }
    }
  }

  private mutating func skipComment() throws(Diagnostic) {
    let start = position
    let next = offset + 1 < bytes.count ? bytes[offset + 1] : 0
    if next == UInt8(ascii: "/") {
      while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
      return
    }
    guard next == UInt8(ascii: "*") else { throw error("expected a value, found '/'") }
    offset += 2
    while offset + 1 < bytes.count {
      if bytes[offset] == UInt8(ascii: "*"), bytes[offset + 1] == UInt8(ascii: "/") {
        offset += 2
        return
      }
      if bytes[offset] == UInt8(ascii: "\n") {
        newLine()
      } else {
        if bytes[offset].isContinuation { continuations += 1 }
        offset += 1
      }
    }
    throw Diagnostic("this comment never ends", at: start)
  }

  private mutating func newLine() {
    offset += 1
    line += 1
    lineStart = offset
    continuations = 0
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: scalar) else { return false }
    offset += 1
    return true
  }

  private var position: SourcePosition {
    SourcePosition(file: file, line: line, column: offset - lineStart - continuations + 1)
  }

  private func error(_ message: String) -> Diagnostic { Diagnostic(message, at: position) }

  /// What stands at the reading place, for a message.
  private var found: String {
    guard offset < bytes.count else { return "the end of the file" }
    switch bytes[offset] {
    case UInt8(ascii: "\n"), UInt8(ascii: "\r"): return "the end of the line"
    case UInt8(ascii: "\t"): return "a tab"
    case UInt8(ascii: "\""): return "a string"
    default:
      let character = String(decoding: bytes[offset..<min(offset + 4, bytes.count)], as: UTF8.self).prefix(1)
      return "'\(String(character).printable)'"
    }
  }

  /// Finds the first byte that is not UTF-8 (or UTF-16 without a single zero byte in a string).
  private mutating func checkEncoding() throws(Diagnostic) {
    var (row, rowStart, index, extra) = (1, 0, 0, 0)
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        index += 1
        if byte == 10 { (row, rowStart, extra) = (row + 1, index, 0) }
        continue
      }
      guard let length = bytes.lengthOfScalar(at: index) else {
        let place = SourcePosition(file: file, line: row, column: index - rowStart - extra + 1)
        throw Diagnostic("not UTF-8: the byte 0x\(String(byte, radix: 16))", at: place)
      }
      index += length
      extra += length - 1
    }
  }
}

extension UInt8 {
  fileprivate var isContinuation: Bool { self & 0xC0 == 0x80 }
  fileprivate var isWordByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}

extension [UInt8] {
  /// The bytes of the well-formed multi-byte UTF-8 sequence at an index, `nil` where there is none.
  ///
  /// Source: The Unicode Standard, table 3-7.
  fileprivate func lengthOfScalar(at index: Int) -> Int? {
    func follows(_ distance: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      index + distance < count && range.contains(self[index + distance])
    }
    switch self[index] {
    case 0xC2...0xDF: return follows(1) ? 2 : nil
    case 0xE0: return follows(1, 0xA0...0xBF) && follows(2) ? 3 : nil
    case 0xED: return follows(1, 0x80...0x9F) && follows(2) ? 3 : nil
    case 0xE1...0xEF: return follows(1) && follows(2) ? 3 : nil
    case 0xF0: return follows(1, 0x90...0xBF) && follows(2) && follows(3) ? 4 : nil
    case 0xF4: return follows(1, 0x80...0x8F) && follows(2) && follows(3) ? 4 : nil
    case 0xF1...0xF3: return follows(1) && follows(2) && follows(3) ? 4 : nil
    default: return nil
    }
  }
}
