/// A place in an input file; lines and columns count from 1, and line 0 is an input without lines, as an option is.
public struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
  public let file: String
  public let line: Int
  public let column: Int

  public init(file: String, line: Int = 1, column: Int = 1) {
    self.file = file
    self.line = line
    self.column = column
  }

  public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }
}
