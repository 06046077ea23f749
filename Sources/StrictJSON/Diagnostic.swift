/// One mistake in an input, printed as `file:line:column: error: message`.
public struct Diagnostic: Error, Sendable, Hashable, CustomStringConvertible {
  /// `nil` where the input has no lines, such as a binary file or a command-line option.
  public let position: SourcePosition?
  public let message: String
  /// The known word that an unknown one probably meant.
  public let suggestion: String?

  public init(_ message: String, at position: SourcePosition? = nil, suggestion: String? = nil) {
    self.message = message
    self.position = position
    self.suggestion = suggestion
  }

  public var description: String {
    (position.map { "\($0): " } ?? "") + "error: \(message)" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
  }
}

/// Everything that is wrong with an input: exit code 2, one line each.
public struct InputError: Error, Sendable, CustomStringConvertible {
  public let diagnostics: [Diagnostic]

  public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
  public init(_ message: String, at position: SourcePosition? = nil, suggestion: String? = nil) {
    self.init([Diagnostic(message, at: position, suggestion: suggestion)])
  }

  public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
