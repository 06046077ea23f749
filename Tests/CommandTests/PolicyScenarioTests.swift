import Foundation
import Testing

/// What policies may know, their regret and their exits, as a user sees them.
struct PolicyScenarioTests {
  @Test func exitsHaveTheirAccuracyAndTheOracleTheLeastRegret() throws {
    let folder = try TemporaryFolder()
    let database = folder.file("x.db").path
    let result = try Program.run([
      "run", "Scenarios/early-exits.json", "-o", database, "--duration", "100", "--replications", "2", "-q",
    ])
    #expect(result.status == 0, "\(result.errors)")
    // Whatever the policy, a third of all samples leave at the first exit, and so on: 0.35, 0.3 and 0.35 of them.
    let expected = 0.35 * 0.72 + 0.3 * 0.81 + 0.35 * 0.88
    let found = try rows(
      "SELECT policy, accuracy, information_class, regret_mean_ms FROM policy_summary", in: database
    ).map { $0.split(separator: "|").map(String.init) }
    #expect(found.map { $0[0] } == ["local", "cloud", "neurosurgeon,estimator=ewma", "deadline", "oracle"])
    #expect(found.map { $0[2] } == ["blind", "blind", "estimating", "estimating", "clairvoyant"])
    for row in found where row[0] != "deadline" { #expect(abs((Double(row[1]) ?? 0) - expected) < 0.01, "\(row)") }
    // Which exit a sample takes shows only afterwards, so that even the oracle regrets.
    let regrets = found.map { Double($0[3]) ?? .nan }
    #expect(regrets[4] > 0 && regrets[..<4].allSatisfy { $0 > 1.5 * regrets[4] })
    #expect(try rows("SELECT count(*) FROM request WHERE regret_ms < 0 OR regret_ms IS NULL", in: database) == ["0"])
    let comparison = try Program.run(["compare", database, "--baseline", "oracle", "--metric", "regret_mean_ms"])
    #expect(comparison.output.contains("clairvoyant") && comparison.output.contains("estimating"))
  }

  /// A codec is judged by really executing the cut network.
  @Test func aCodecIsExecuted() throws {
    let result = try Program.run(["infer", "ds_cnn", "--cut", "blocks.0", "--codec", "all", "--calibration", "4"])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("int4-channel+zlib") && result.errors.contains("exact"))
    let wrong = try Program.run(["infer", "ds_cnn", "--cut", "blocks.0", "--codec", "int88"])
    #expect(wrong.status == 2 && wrong.errors.contains("did you mean 'int8'"))
  }
}
