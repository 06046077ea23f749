import Foundation
import Scenarios
import StrictJSON
import Testing

struct SchemaTests {
  @Test func describesEveryPartOfAScenario() {
    let schema = Scenario.schema
    #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    #expect(schema["required"] == ["offloadsim", "name", "duration_s", "models", "nodes", "workload", "policies"])
    let link = schema["properties"]?["links"]?["items"]
    #expect(link?["required"] == ["name", "from", "to", "uplink_mbps"])
    guard case .array(let ways) = link?["properties"]?["sharing"]?["anyOf"] else {
      Issue.record("'sharing' is not one of several ways")
      return
    }
    #expect(ways.first?["enum"] == ["fair", "fifo", "wifi"])
    #expect(schema["properties"]?["warmup_s"]?["default"] == 0)
    #expect(schema["properties"]?["$schema"] != nil)
  }

  /// `make generate` writes it.
  @Test func theFileIsCurrent() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Scenarios/scenario.schema.json")
    #expect(try String(contentsOf: file.standardized, encoding: .utf8) == Scenario.schema.pretty + "\n")
  }
}
