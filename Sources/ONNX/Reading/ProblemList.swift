/// Collects what is wrong with a model, so that all of it is said at once.
final class ProblemList {
  private let file: String
  private var errors: [ModelError] = []
  private var missing: [UnsupportedOperators.Entry] = []

  /// As many as anybody reads; a hostile file must not fill the memory with messages.
  static let maximumCount = 100

  init(file: String) { self.file = file }

  func report(_ error: ModelError) {
    if errors.count < Self.maximumCount { errors.append(error) }
  }

  /// A node whose operator the engine does not have.
  func report(_ entry: UnsupportedOperators.Entry) { missing.append(entry) }

  /// Throws `UnsupportedOperators` or one `ModelError` where nothing else is wrong, else `ModelErrors`.
  func throwIfAny() throws {
    let operators = missing.isEmpty ? nil : UnsupportedOperators(file: file, entries: missing)
    switch (operators, errors.count) {
    case (nil, 0): return
    case (nil, 1): throw errors[0]
    case (let operators?, 0): throw operators
    default: throw ModelErrors(errors: errors, operators: operators)
    }
  }
}
