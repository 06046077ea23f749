import Foundation
import Results

/// A folder that goes away with the test.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/results-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(_ name: String) -> String { path + "/" + name }

  var contents: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}

/// The rows of a query, values joined by `|` as the sqlite3 shell prints them; NULL is empty.
func rows(_ sql: String, in path: String) throws -> [String] {
  let database = try Database(path: path, name: path, readOnly: true)
  let statement = try database.prepare(sql)
  let columns = statement.columnNames.count
  var rows: [String] = []
  while try statement.step() {
    rows.append((0..<columns).map { statement.text($0) ?? "" }.joined(separator: "|"))
  }
  return rows
}
