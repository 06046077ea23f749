import CSQLite
import Foundation
import Testing

struct RunTests {
  static let examples = [
    "quickstart", "lte-cameras", "wifi-phones", "three-tier-factory", "raw-vs-jpeg", "overloaded-cloud", "flaky-wifi",
    "onnx-model",
  ]

  /// A tenth of the simulated time is enough to see that everything an example needs is there.
  @Test(arguments: examples)
  func examplesRunAndTheirPartitionsEqualTheWholeNetwork(name: String) throws {
    let folder = try TemporaryFolder()
    let database = folder.file("x.db").path
    let arguments = ["--duration", "62", "--replications", "1", "--record", "summary", "-o", database]
    let report = try Program.json(["run", "Scenarios/\(name).json", "--format", "json"] + arguments)
    #expect(report["outputs_equal"] as? Bool == true)
    #expect(report["executions"] as? Int ?? 0 > 0)
    let policies = try #require(report["policies"] as? [[String: Any]])
    #expect(policies.allSatisfy { ($0["planned_over_optimum"] as? Double ?? 0) > 1 - 1e-12 })
  }

  @Test func theSameSeedGivesTheSameRowsWhateverTheJobs() throws {
    let folder = try TemporaryFolder()
    var dumps: [[String]] = []
    for jobs in ["1", "2", "3"] {
      let database = folder.file("\(jobs).db").path
      let result = try Program.run(
        ["run", "Scenarios/quickstart.json", "--duration", "30", "-o", database, "--jobs", jobs, "-q"])
      #expect(result.status == 0, "\(result.errors)")
      dumps.append(
        try ["request", "placement", "run_model", "run_node", "run_link"].flatMap {
          try rows("SELECT * FROM \($0)", in: database)
        })
    }
    #expect(dumps[0].count > 1000)
    #expect(dumps[0] == dumps[1])
    #expect(dumps[0] == dumps[2])
  }

  /// The promise of the serial model, through the program: plan and run agree to the nanosecond and to 1e-9 J.
  @Test(arguments: ["local", "edge", "cloud", "oracle", "mincut,objective=energy", "fixed,cut=features.7"])
  func anIsolatedRequestTakesWhatItsPlanSays(policy: String) throws {
    let folder = try TemporaryFolder()
    let database = folder.file("x.db").path
    let result = try Program.run([
      "run", "Scenarios/lte-cameras.json", "-o", database, "--policy", policy, "--set", "nodes.0.count=1", "--set",
      #"workload.0.arrivals={"kind": "trace", "times_s": [100, 200]}"#, "--replications", "1", "-q",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let differences = try rows(
      """
      SELECT max(abs(latency_ms - planned_latency_ms)) < 1e-7, max(abs(device_energy_j - planned_device_energy_j)) < 1e-9,
        count(*) FROM request JOIN placement USING (placement_id)
      """, in: database)
    #expect(differences == ["1|1|2"])
  }

  /// Every part of a request's time is a step, and steps follow each other without gaps.
  @Test func eventsOfARequestAddUpToItsLatency() throws {
    let folder = try TemporaryFolder()
    let database = folder.file("x.db").path
    let result = try Program.run([
      "run", "Scenarios/lte-cameras.json", "--duration", "70", "--replications", "1", "--record", "events", "--jobs",
      "2", "-o", database, "-q",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let differences = try rows(
      """
      SELECT count(*) > 1000, max(abs(latency_ms - steps_ms)) < 1e-6 FROM request JOIN (
        SELECT run_id, sequence, sum(end_s - begin_s) * 1000 AS steps_ms FROM event GROUP BY run_id, sequence
      ) USING (run_id, sequence)
      """, in: database)
    #expect(differences == ["1|1"])
    #expect(try rows("SELECT count(*) FROM pragma_foreign_key_check", in: database) == ["0"])
  }

  @Test func anExistingFileIsKeptUnlessForced() throws {
    let folder = try TemporaryFolder()
    let database = try folder.write("precious", to: "x.db")
    let arguments = ["run", "Scenarios/quickstart.json", "--duration", "12", "-o", database, "-q"]
    let refused = try Program.run(arguments)
    #expect(refused.status == 2)
    #expect(refused.errors.contains("--force"))
    #expect(try String(contentsOf: folder.file("x.db"), encoding: .utf8) == "precious")
    #expect(try Program.run(arguments + ["--force"]).status == 0)
    #expect(try rows("SELECT count(*) > 0 FROM request", in: database) == ["1"])
  }

  @Test func everyMistakeOfAScenarioIsReportedWithItsPlace() throws {
    let folder = try TemporaryFolder()
    let text = try String(contentsOf: Program.root.appendingPathComponent("Scenarios/quickstart.json"), encoding: .utf8)
      .replacingOccurrences(of: "\"rtt_ms\"", with: "\"rt_ms\"")
      .replacingOccurrences(of: "\"seed\": 42", with: "\"seed\": \"x\"")
    let path = try folder.write(text, to: "wrong.json")
    let result = try Program.run(["run", path, "-o", folder.file("x.db").path])
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.hasPrefix("\(path):") && $0.contains(": error: ") })
    #expect(result.errors.contains("did you mean 'rtt_ms'?"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("x.db").path))
  }

  @Test func interruptingKeepsWhatWasRecorded() throws {
    let folder = try TemporaryFolder()
    let database = folder.file("x.db").path
    let process = Process()
    process.executableURL = Program.executable
    process.currentDirectoryURL = Program.root
    process.arguments = [
      "run", "Scenarios/lte-cameras.json", "--duration", "3000000", "-o", database, "-q", "--replications", "1",
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    // The first rows are there after half a second of recording.
    let deadline = Date().addingTimeInterval(30)
    while Date() < deadline, (try? rows("SELECT count(*) > 0 FROM request", in: database)) != ["1"] {
      Thread.sleep(forTimeInterval: 0.05)
    }
    let asked = Date()
    process.interrupt()
    while process.isRunning, Date().timeIntervalSince(asked) < 20 { Thread.sleep(forTimeInterval: 0.02) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    #expect(Date().timeIntervalSince(asked) < 5)
    #expect(process.terminationStatus == 130)
    #expect(try rows("SELECT status FROM run", in: database) == ["interrupted"])
    #expect(try rows("SELECT count(*) > 0 FROM request", in: database) == ["1"])
    #expect(!FileManager.default.fileExists(atPath: database + "-wal"))
  }
}
