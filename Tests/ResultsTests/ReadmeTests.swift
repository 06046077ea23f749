import Foundation
import Results
import Testing

struct ReadmeTests {
  /// The queries of `Results/README.md`.
  static let queries: [String] = {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Results/README.md")
    let text = (try? String(contentsOf: readme, encoding: .utf8)) ?? ""
    return text.components(separatedBy: "```sql\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
  }()

  @Test func hasQueries() { #expect(Self.queries.count >= 10) }

  @Test(arguments: queries)
  func everyQueryFindsSomething(query: String) throws {
    let folder = try TemporaryFolder()
    let path = try Fixture.make(in: folder)
    #expect(try !rows(query, in: path).isEmpty)
  }
}
