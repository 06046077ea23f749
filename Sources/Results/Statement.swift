import CSQLite

/// A prepared statement: parameters count from 0, as columns do.
package final class Statement {
  private let database: Database
  private let handle: OpaquePointer

  /// `isKept` says that it will be used many times.
  init(_ sql: String, on database: Database, isKept: Bool) throws {
    self.database = database
    var prepared: OpaquePointer?
    let flags = isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
    try database.check(sqlite3_prepare_v3(database.handle, sql, -1, flags, &prepared, nil))
    guard let prepared else { preconditionFailure("an empty statement: \(sql)") }
    handle = prepared
  }

  deinit { sqlite3_finalize(handle) }

  package var columnNames: [String] {
    (0..<sqlite3_column_count(handle)).map { String(cString: sqlite3_column_name(handle, $0)) }
  }

  /// Advances to the next row; false at the end.
  package func step() throws -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let error = database.error(code)
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Runs a statement without rows and makes it ready for its next use.
  func execute() throws {
    let code = sqlite3_step(handle)
    guard code == SQLITE_DONE else {
      let error = database.error(code)
      sqlite3_reset(handle)
      throw error
    }
    sqlite3_reset(handle)
  }

  package func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }
  package func isNumber(_ column: Int) -> Bool {
    let type = sqlite3_column_type(handle, Int32(column))
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT
  }
  package func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }
  package func real(_ column: Int) -> Double? {
    isNull(column) ? nil : sqlite3_column_double(handle, Int32(column))
  }
  package func text(_ column: Int) -> String? {
    sqlite3_column_text(handle, Int32(column)).map { String(cString: $0) }
  }

  @inline(__always)
  func bind(_ value: Int64, at index: Int32) { sqlite3_bind_int64(handle, index + 1, value) }

  @inline(__always)
  func bind(_ value: Double, at index: Int32) { sqlite3_bind_double(handle, index + 1, value) }

  @inline(__always)
  func bindNull(at index: Int32) { sqlite3_bind_null(handle, index + 1) }

  @inline(__always)
  func bind(_ word: StaticString, at index: Int32) {
    word.withUTF8Buffer { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        _ = sqlite3_bind_text(handle, index + 1, $0.baseAddress, Int32($0.count), nil)
      }
    }
  }

  package func bind(_ text: String, at index: Int32) {
    // SQLITE_TRANSIENT: SQLite makes its own copy.
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    sqlite3_bind_text(handle, index + 1, text, Int32(text.utf8.count), copied)
  }
}
