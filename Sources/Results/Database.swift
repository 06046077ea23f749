import CSQLite
import StrictJSON

/// An open SQLite file, used by one thread at a time.
///
/// Every failure is an `InputError` that names the file.
package final class Database {
  /// The path as the user wrote it, for messages.
  package let name: String
  let handle: OpaquePointer
  private var isClosed = false

  /// Opens an existing file.
  ///
  /// `path` is what is opened, `name` what messages call it.
  package init(path: String, name: String, readOnly: Bool) throws {
    self.name = name
    var opened: OpaquePointer?
    let access = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
    let code = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let opened else {
      let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(opened)
      throw InputError("'\(name.printable)': \(message)")
    }
    handle = opened
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, 5000)
  }

  deinit { close() }

  /// Closes the file once the last statement is gone; nothing may be run after it.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    sqlite3_close_v2(handle)
  }

  /// Runs statements that return nothing.
  package func run(_ sql: String) throws { try check(sqlite3_exec(handle, sql, nil, nil, nil)) }

  package func prepare(_ sql: String, isKept: Bool = false) throws -> Statement {
    try Statement(sql, on: self, isKept: isKept)
  }

  /// The first value of the first row as an integer; `nil` where there is no row.
  package func integer(_ sql: String) throws -> Int64? {
    let statement = try prepare(sql)
    return try statement.step() ? statement.integer(0) : nil
  }

  func check(_ code: Int32) throws {
    guard code != SQLITE_OK else { return }
    throw error(code)
  }

  func error(_ code: Int32) -> InputError {
    switch code & 0xff {
    case SQLITE_FULL: InputError("'\(name.printable)': the disk is full; what was committed before is kept")
    case SQLITE_NOTADB: InputError("'\(name.printable)' is not an offloadsim database (not even a SQLite file)")
    case SQLITE_CORRUPT: InputError("'\(name.printable)' is damaged: \(message)")
    case SQLITE_BUSY, SQLITE_LOCKED: InputError("'\(name.printable)' is in use by another program")
    case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_IOERR:
      InputError("'\(name.printable)' cannot be read or written: \(message)")
    default: InputError("'\(name.printable)': \(message)")
    }
  }

  private var message: String { String(cString: sqlite3_errmsg(handle)) }
}
