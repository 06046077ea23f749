/// One column of a base table: how it is declared, what it means, and where its value comes from.
///
/// The table's definition and the statements that fill it are both made from its columns.
struct Column<Row>: Sendable {
  /// How the value of a row is found.
  enum Value: Sendable {
    case integer(@Sendable (Row) -> Int64)
    case optionalInteger(@Sendable (Row) -> Int64?)
    case real(@Sendable (Row) -> Double)
    case optionalReal(@Sendable (Row) -> Double?)
    case text(@Sendable (Row) -> String?)
    /// One of a few words of the program; no copy is made of it.
    case word(@Sendable (Row) -> StaticString)
  }

  let name: String
  let declaration: String
  let comment: String
  let value: Value

  static func key(_ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Int64) -> Column {
    Column(name: name, declaration: "INTEGER PRIMARY KEY", comment: comment, value: .integer(value))
  }

  /// The key of a row of another table, whose key column is `<table>_id` (unless `column` says otherwise).
  static func reference(
    _ name: String, to table: String, column: String? = nil, _ comment: String,
    _ value: @escaping @Sendable (Row) -> Int64
  ) -> Column {
    let target = column ?? "\(table)_id"
    return Column(
      name: name, declaration: "INTEGER NOT NULL REFERENCES \(table)(\(target))", comment: comment,
      value: .integer(value))
  }

  static func optionalReference(
    _ name: String, to table: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Int64?
  ) -> Column {
    Column(
      name: name, declaration: "INTEGER REFERENCES \(table)(\(table)_id)", comment: comment,
      value: .optionalInteger(value))
  }

  static func integer(_ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Int64) -> Column {
    Column(name: name, declaration: "INTEGER NOT NULL", comment: comment, value: .integer(value))
  }

  static func optionalInteger(
    _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Int64?
  ) -> Column {
    Column(name: name, declaration: "INTEGER", comment: comment, value: .optionalInteger(value))
  }

  static func real(_ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Double) -> Column {
    Column(name: name, declaration: "REAL NOT NULL", comment: comment, value: .real(value))
  }

  static func optionalReal(
    _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> Double?
  ) -> Column {
    Column(name: name, declaration: "REAL", comment: comment, value: .optionalReal(value))
  }

  /// A time that the simulator counts in nanoseconds and people read in milliseconds.
  static func milliseconds(
    _ name: String, _ comment: String, ofNanoseconds value: @escaping @Sendable (Row) -> Int64
  ) -> Column {
    .real(name, comment) { Double(value($0)) / 1e6 }
  }

  static func text(_ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> String) -> Column {
    Column(name: name, declaration: "TEXT NOT NULL", comment: comment, value: .text { value($0) })
  }

  static func optionalText(
    _ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> String?
  ) -> Column {
    Column(name: name, declaration: "TEXT", comment: comment, value: .text(value))
  }

  static func word(_ name: String, _ comment: String, _ value: @escaping @Sendable (Row) -> StaticString) -> Column {
    Column(name: name, declaration: "TEXT NOT NULL", comment: comment, value: .word(value))
  }
}
