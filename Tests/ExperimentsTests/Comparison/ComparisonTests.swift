import Experiments
import Foundation
import Partitioning
import Results
import Simulation
import StrictJSON
import Testing

struct ComparisonTests {
  private let folder = NSTemporaryDirectory() + "/comparison-tests-" + UUID().uuidString

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  /// A file with, for each policy, one replication for each mean latency in milliseconds.
  private func file(
    _ name: String, scenario: String = "s", seed: UInt64 = 1, isFinished: Bool = true,
    _ policies: [(label: String, latencies: [Int64])]
  ) throws -> String {
    let path = folder + "/" + name
    let writer = try ResultsWriter(creating: path, force: true)
    // Without sources there are no requests; a run's totals are what counts here.
    let registered = try writer.register(ComparisonFixture.system, scenario: scenario, models: ComparisonFixture.models)
    for (label, latencies) in policies {
      for (replication, latency) in latencies.enumerated() {
        let run = try writer.begin(
          RunDescription(
            scenario: scenario, policy: label, policySpec: label, informationClass: "blind",
            replication: replication, seed: seed,
            record: "summary", durationSeconds: 10, warmupSeconds: 0, scenarioJSON: "{}", toolVersion: "",
            hostStarted: ""), on: registered)
        var result = ReplicationResult()
        var totals = ModelTotals()
        totals.requests = 1
        totals.completed = latency > 0 ? 1 : 0
        totals.sums.deviceCompute = latency * 1_000_000
        result.models = [totals]
        try run.finish(result, status: isFinished ? .done : .interrupted, hostWallSeconds: 0, hostCPUSeconds: 0)
      }
    }
    try writer.close()
    return path
  }

  /// Differences -10, -12, -14: mean -12, s = 2, half width 4.302653 * 2 / sqrt(3).
  @Test func differencesArePairedByReplication() throws {
    let path = try file("a.db", [("local", [100, 200, 300]), ("split", [90, 188, 286])])
    let comparison = try Comparison(of: [path], metrics: ["latency_mean_ms"])
    #expect(comparison.rows.map(\.policy) == ["local", "split"])
    #expect(comparison.rows.map(\.mean) == [200, 188])
    #expect(comparison.rows[0].difference == nil)
    let difference = try #require(comparison.rows[1].difference)
    #expect(difference.pairs == 3)
    #expect(difference.mean == -12)
    #expect(abs(try #require(difference.halfWidth) - 4.302652729749464 * 2 / 3.0.squareRoot()) < 1e-9)
    #expect(comparison.notes.isEmpty)
  }

  @Test func oneReplicationHasNoInterval() throws {
    let path = try file("a.db", [("local", [100]), ("split", [90])])
    let comparison = try Comparison(of: [path], metrics: ["latency_mean_ms"])
    #expect(comparison.rows[1].difference?.mean == -10)
    #expect(comparison.rows[1].difference?.interval == nil)
    #expect(comparison.notes.contains { $0.contains("--replications") })
  }

  @Test func theBaselineMayBeAnyPolicy() throws {
    let path = try file("a.db", [("local", [100, 110]), ("split", [90, 100])])
    let comparison = try Comparison(of: [path], baseline: "split", metrics: ["latency_mean_ms"])
    #expect(comparison.baselines.map(\.policy) == ["split"])
    #expect(comparison.rows[0].difference?.mean == 10)
    #expect(comparison.rows[1].difference == nil)
  }

  @Test func aReplicationWithoutCompletionsHasNoLatency() throws {
    let path = try file("a.db", [("local", [100, 110, 120]), ("split", [90, 0, 100])])
    let row = try Comparison(of: [path], metrics: ["latency_mean_ms"]).rows[1]
    #expect(row.replications == 2)
    #expect(row.mean == 95)
    #expect(row.difference?.pairs == 2)
    #expect(row.difference?.mean == -15)
  }

  @Test func sameScenarioInTwoFilesIsPairedAcrossThem() throws {
    let before = try file("before.db", [("local", [100, 200])])
    let after = try file("after.db", [("local", [90, 180])])
    let comparison = try Comparison(of: [before, after], metrics: ["latency_mean_ms"])
    #expect(comparison.rows.map(\.policy) == ["local (\(before))", "local (\(after))"])
    #expect(comparison.rows[1].difference?.mean == -15)
  }

  @Test func otherSeedsAreNotPaired() throws {
    let one = try file("one.db", seed: 1, [("local", [100, 200])])
    let two = try file("two.db", seed: 2, [("split", [90, 180])])
    let comparison = try Comparison(of: [one, two], metrics: ["latency_mean_ms"])
    #expect(comparison.rows[1].difference == nil)
    #expect(comparison.notes.contains { $0.contains("shares its random numbers") })
  }

  @Test func scenariosAreComparedOnTheirOwn() throws {
    let one = try file("one.db", scenario: "one", [("local", [100, 200]), ("split", [90, 190])])
    let two = try file("two.db", scenario: "two", [("local", [10, 20]), ("split", [9, 19])])
    let comparison = try Comparison(of: [one, two], metrics: ["latency_mean_ms"])
    #expect(comparison.rows.map(\.scenario) == ["one", "one", "two", "two"])
    #expect(comparison.rows.map { $0.difference?.mean } == [nil, -10, nil, -1])
  }

  @Test func unknownNamesAreErrors() throws {
    let path = try file("a.db", [("local", [100])])
    let metric = #expect(throws: InputError.self) { try Comparison(of: [path], metrics: ["latency_mean"]) }
    #expect(metric?.description.contains("did you mean 'latency_mean_ms'?") == true)
    let policy = #expect(throws: InputError.self) { try Comparison(of: [path], baseline: "locall") }
    #expect(policy?.description.contains("did you mean 'local'?") == true)
  }

  @Test func filesWithoutFinishedRunsAreErrors() throws {
    let unfinished = try file("a.db", isFinished: false, [("local", [100])])
    #expect(throws: InputError.self) { try Comparison(of: [unfinished]) }
    #expect(throws: InputError.self) { try Comparison(of: [folder + "/missing.db"]) }
    try Data("not a database, but long enough to look at".utf8).write(to: URL(fileURLWithPath: folder + "/text.db"))
    #expect(throws: InputError.self) { try Comparison(of: [folder + "/text.db"]) }
  }
}
