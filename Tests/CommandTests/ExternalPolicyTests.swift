import Foundation
import Testing

private let python3: String? = ["/usr/bin/python3", "/usr/local/bin/python3", "/bin/python3"]
  .first { FileManager.default.isExecutableFile(atPath: $0) }

/// The Python example and its environment, through the program.
struct ExternalPolicyTests {
  private func python(_ code: String) throws -> Program.Result {
    let executable = URL(fileURLWithPath: try #require(python3))
    return try Program.run(
      ["-c", code], of: executable, environment: ["PYTHONPATH": "Scenarios/policies", "PYTHONDONTWRITEBYTECODE": "1"])
  }

  @Test(.enabled(if: python3 != nil, "python3 is not installed"))
  func theExampleDecidesAndRepeatsItselfWhateverTheJobs() throws {
    let folder = try TemporaryFolder()
    var dumps: [[String]] = []
    for jobs in ["1", "3"] {
      let database = folder.file("\(jobs).db").path
      let result = try Program.run([
        "run", "Scenarios/external-policy.json", "-o", database, "--jobs", jobs, "--replications", "2", "--policy",
        "external,command=python3 policies/greedy.py", "--policy", "ucb1", "--policy", "linucb", "--policy",
        "contention_aware,report_s=1,damping=0.5", "-q", "--duration", "60",
      ])
      #expect(result.status == 0, "\(result.errors)")
      dumps.append(
        try ["request", "placement", "run_model"].flatMap { try rows("SELECT * FROM \($0)", in: database) })
    }
    #expect(dumps[0].count > 1000)
    #expect(dumps[0] == dumps[1])
  }

  @Test(.enabled(if: python3 != nil, "python3 is not installed"))
  func theEnvironmentResetsAndSteps() throws {
    let result = try python(
      """
      from offloadsim_policy import OffloadEnv
      env = OffloadEnv("Scenarios/external-policy.json", program="\(Program.executable.path)",
                       arguments=["--duration", "20"])
      totals = []
      for episode in range(2):
          seen, info = env.reset(seed=3)
          assert len(seen) == 5, seen
          assert env.action_space.n == len(env.cuts) > 10
          total, steps, ended = 0.0, 0, False
          while not ended:
              action = (7 * steps) % env.action_space.n
              seen, reward, ended, cut_short, info = env.step(action)
              assert reward <= 0 and not cut_short
              total, steps = total + reward, steps + 1
          totals.append((steps, total))
      env.close()
      assert totals[0] == totals[1], totals
      assert totals[0][0] > 50 and totals[0][1] < 0, totals
      print("steps", totals[0][0])
      """)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("steps"))
  }
}
