import Foundation
import Results
import Testing

struct SchemaTests {
  /// `schema.sql` is what the file's layout is; a change of it shows in review.
  ///
  /// `UPDATE_SNAPSHOTS=1 swift test -c release --filter SchemaTests` writes it.
  @Test func isTheSnapshot() throws {
    let snapshot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("schema.sql")
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try Schema.script.write(to: snapshot, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: snapshot, encoding: .utf8) == Schema.script)
  }

  @Test func everyTableIsStrictAndEveryColumnHasAComment() {
    for definition in Schema.definitions where definition.hasPrefix("CREATE TABLE") {
      #expect(definition.hasSuffix(") STRICT"))
      for line in definition.split(separator: "\n").dropLast() where !line.contains("PRIMARY KEY (") {
        #expect(line.contains("-- "), "\(line)")
      }
    }
  }

  @Test func everyViewBeginsWithScenarioAndPolicy() throws {
    let folder = try TemporaryFolder()
    let path = try Fixture.make(in: folder)
    let views = try rows("SELECT name FROM sqlite_schema WHERE type = 'view'", in: path)
    #expect(views.count >= 5)
    for view in views {
      #expect(
        try rows("SELECT name FROM pragma_table_info('\(view)') WHERE cid < 2 ORDER BY cid", in: path)
          == ["scenario", "policy"], "\(view)")
    }
  }
}
