/// A base table and what fills it.
struct Table<Row>: Sendable {
  let name: String
  let comment: String
  let columns: [Column<Row>]
  /// Conditions on more than one column, such as a composite key.
  let constraints: [String]

  init(_ name: String, _ comment: String, _ columns: [Column<Row>], constraints: [String] = []) {
    self.name = name
    self.comment = comment
    self.columns = columns
    self.constraints = constraints
  }

  /// The definition, with a comment on every column; SQLite keeps it as written.
  var definition: String {
    var lines = columns.map { (text: "\($0.name) \($0.declaration)", comment: Optional($0.comment)) }
    lines += constraints.map { (text: $0, comment: nil) }
    let width = (lines.map(\.text.count).max() ?? 0) + 1
    let body = lines.enumerated().map { index, line in
      let text = line.text + (index == lines.count - 1 ? "" : ",")
      guard let comment = line.comment else { return "  \(text)" }
      return "  \(text)\(String(repeating: " ", count: width - text.count)) -- \(comment)"
    }
    return "CREATE TABLE \(name) (  -- \(comment)\n\(body.joined(separator: "\n"))\n) STRICT"
  }

  /// Inserts `rows` rows with one statement.
  func insertion(rows: Int) -> String {
    let row = "(" + Array(repeating: "?", count: columns.count).joined(separator: ",") + ")"
    let names = columns.map(\.name).joined(separator: ", ")
    return "INSERT INTO \(name) (\(names)) VALUES "
      + Array(repeating: row, count: rows).joined(separator: ",")
  }
}
