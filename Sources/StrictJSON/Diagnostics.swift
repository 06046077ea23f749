/// Collects the mistakes of an input, so that all are reported at once.
public final class Diagnostics {
  public private(set) var all: [Diagnostic] = []

  public init() {}

  public var isEmpty: Bool { all.isEmpty }

  public func report(_ diagnostic: Diagnostic) {
    if !all.contains(diagnostic) { all.append(diagnostic) }
  }

  public func report(_ message: String, at position: SourcePosition? = nil, suggestion: String? = nil) {
    report(Diagnostic(message, at: position, suggestion: suggestion))
  }

  public func report(_ error: InputError) { error.diagnostics.forEach { report($0) } }

  /// Throws what was collected, in the order of lines and columns; those without a place come first.
  public func throwIfAny() throws(InputError) {
    guard !isEmpty else { return }
    let sorted = all.enumerated().sorted { a, b in
      guard let left = a.element.position, let right = b.element.position, left.file == right.file else {
        return (a.element.position == nil ? 0 : 1, a.offset) < (b.element.position == nil ? 0 : 1, b.offset)
      }
      return (left.line, left.column, a.offset) < (right.line, right.column, b.offset)
    }
    throw InputError(sorted.map(\.element))
  }
}
