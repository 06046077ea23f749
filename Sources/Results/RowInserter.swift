/// Fills one table: several rows with each prepared statement, a statement for each row of the rest.
final class RowInserter<Row> {
  /// Parsing and starting a statement costs as much as binding a row; beyond some 30 rows nothing more is gained.
  static var rowsPerStatement: Int { 32 }

  private let columns: [Column<Row>]
  private let single: Statement
  private let several: Statement?

  /// `isBusy` makes the statement for several rows, too.
  init(_ table: Table<Row>, in database: Database, isBusy: Bool = false) throws {
    columns = table.columns
    single = try database.prepare(table.insertion(rows: 1), isKept: isBusy)
    several = try isBusy ? database.prepare(table.insertion(rows: Self.rowsPerStatement), isKept: true) : nil
  }

  func insert(_ row: Row) throws {
    bind(row, to: single, from: 0)
    try single.execute()
  }

  /// Inserts rows given by their index.
  func insert(count: Int, row: (Int) -> Row) throws {
    var next = 0
    if let several {
      while count - next >= Self.rowsPerStatement {
        var parameter: Int32 = 0
        for index in next..<next + Self.rowsPerStatement {
          bind(row(index), to: several, from: parameter)
          parameter += Int32(columns.count)
        }
        try several.execute()
        next += Self.rowsPerStatement
      }
    }
    for index in next..<count { try insert(row(index)) }
  }

  private func bind(_ row: Row, to statement: Statement, from first: Int32) {
    var parameter = first
    for column in columns {
      switch column.value {
      case .integer(let value): statement.bind(value(row), at: parameter)
      case .real(let value): statement.bind(value(row), at: parameter)
      case .word(let value): statement.bind(value(row), at: parameter)
      case .optionalInteger(let value):
        if let value = value(row) { statement.bind(value, at: parameter) } else { statement.bindNull(at: parameter) }
      case .optionalReal(let value):
        if let value = value(row) { statement.bind(value, at: parameter) } else { statement.bindNull(at: parameter) }
      case .text(let value):
        if let value = value(row) { statement.bind(value, at: parameter) } else { statement.bindNull(at: parameter) }
      }
      parameter += 1
    }
  }
}
