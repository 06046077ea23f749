import CSQLite

/// The rows of a query, columns joined by bars.
func rows(_ sql: String, in path: String) throws -> [String] {
  var database: OpaquePointer?
  defer { sqlite3_close(database) }
  var statement: OpaquePointer?
  defer { sqlite3_finalize(statement) }
  guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK,
    sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK
  else { throw Program.Failure(description: String(cString: sqlite3_errmsg(database))) }
  var rows: [String] = []
  while sqlite3_step(statement) == SQLITE_ROW {
    rows.append(
      (0..<sqlite3_column_count(statement)).map { column in
        sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
      }.joined(separator: "|"))
  }
  return rows
}
