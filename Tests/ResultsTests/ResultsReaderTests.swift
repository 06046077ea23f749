import Foundation
import Results
import StrictJSON
import Testing

struct ResultsReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func readsViewsAsTheyAre() throws {
    let reader = try ResultsReader(Fixture.make(in: folder))
    let policies = try reader.rows(of: .policySummary)
    #expect(policies.map(\.policy) == ["local", "local", "split", "split"])
    #expect(policies.map { $0.text("model") } == ["alpha", "beta", "alpha", "beta"])
    #expect(policies.map { $0.number("latency_mean_ms") } == [25, nil, 18.5, nil])
    for view in SummaryView.allCases { #expect(try !reader.rows(of: view).isEmpty, "\(view)") }
  }

  @Test func itsMetricsAreColumnsOfReplicationSummary() throws {
    let path = try Fixture.make(in: folder)
    let columns = try rows("SELECT name FROM pragma_table_info('replication_summary') WHERE cid > 6", in: path)
    // The last says how sure one of them is.
    #expect(ResultsReader.metrics + ["latency_half_width_ms"] == columns)
  }

  @Test func refusesWhatOffloadsimDidNotWrite() throws {
    let path = folder.path("other.db")
    try Data().write(to: URL(fileURLWithPath: path))
    let database = try Database(path: path, name: path, readOnly: false)
    try database.run("CREATE TABLE t (a); PRAGMA application_id = 7")
    let other = #expect(throws: InputError.self) { try ResultsReader(path) }
    #expect(other?.description.contains("is not an offloadsim database") == true)

    try database.run("PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 99")
    let newer = #expect(throws: InputError.self) { try ResultsReader(path) }
    #expect(newer?.description.contains("layout 99") == true)
  }

  @Test(arguments: ["", "no SQLite file at all, but long enough to be looked at"])
  func refusesOtherFiles(content: String) throws {
    let path = folder.path("text.db")
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: InputError.self) { try ResultsReader(path) }
    #expect(error?.description.contains("is not an offloadsim database") == true)
  }

  @Test func refusesWhatIsMissingOrDamaged() throws {
    #expect(throws: InputError.self) { try ResultsReader(folder.path("missing.db")) }
    #expect(throws: InputError.self) { try ResultsReader(folder.path) }
    let path = try Fixture.make(in: folder)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes.replaceSubrange(100..<bytes.count, with: Data(repeating: 0xAB, count: bytes.count - 100))
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(throws: InputError.self) { try ResultsReader(path).rows(of: .policySummary) }
  }
}
