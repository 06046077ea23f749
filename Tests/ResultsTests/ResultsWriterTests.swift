import Foundation
import Results
import Simulation
import StrictJSON
import Testing

struct ResultsWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Begins a run of the fixture's system and records a placement.
  private func begin(_ writer: ResultsWriter, record: String = "requests") throws -> RunRecorder {
    let registered = try writer.register(Fixture.system, scenario: "bench", models: Fixture.models)
    let run = try writer.begin(Fixture.description(policy: "split", record: record), on: registered)
    try run.use(Fixture.placement("split"), source: 0)
    return run
  }

  private func requests(_ count: Int) -> [RequestRecord] {
    let some = Fixture.requests(policy: "split", replication: 0)
    return (0..<count).map { index in
      var request = some[index % some.count]
      request.sequence = Int64(index)
      return request
    }
  }

  @Test func oneRowHoldsEveryPart() throws {
    let path = try Fixture.make(in: folder)
    let query = """
      SELECT request_id, run_id, sequence, source_id, machine, model_id, placement_id, outcome, deadline_missed, arrival_s,
        latency_ms, device_compute_ms, uplink_ms, cloud_compute_ms, cloud_queue_ms, downlink_ms, bytes_up, bytes_down,
        device_energy_j, total_energy_j, compute_energy_j, transmit_energy_j, server_energy_j
      FROM (SELECT *, device_energy_j + server_energy_j AS total_energy_j FROM request) WHERE request_id IN (4, 7, 12)
      """
    #expect(
      try rows(query, in: path) == [
        "4|1|3|1|0|1|1|completed|1|2.3|40.0|40.0|0.0|0.0|0.0|0.0|0|0|0.5|0.5|0.5|0.0|0.0",
        "7|2|2|1|0|1|1|dropped|0|2.2||0.0|0.0|0.0|0.0|0.0|0|0|0.5|0.5|0.5|0.0|0.0",
        "12|4|0|1|0|1|2|completed|0|2.0|19.0|5.0|10.0|2.0|1.0|1.0|1000|10|0.375|0.875|0.125|0.25|0.5",
      ])
  }

  @Test(arguments: [1, 31, 32, 33, 1023, 1024, 1025, 2500])
  func recordsEveryRequestOnce(count: Int) throws {
    let path = folder.path("a.db")
    let writer = try ResultsWriter(creating: path)
    let run = try begin(writer)
    try run.record(requests(count))
    try run.finish(ReplicationResult(), hostWallSeconds: 0, hostCPUSeconds: 0)
    try writer.close()
    #expect(
      try rows("SELECT count(*), count(DISTINCT sequence), max(sequence), max(request_id) FROM request", in: path)
        == ["\(count)|\(count)|\(count - 1)|\(count)"])
    #expect(try rows("SELECT requests FROM run_placement", in: path) == ["\(count)"])
  }

  @Test func requestsMayComeOneByOne() throws {
    let path = folder.path("a.db")
    let writer = try ResultsWriter(creating: path)
    let run = try begin(writer)
    for request in requests(1500) { try run.record(request) }
    try run.finish(ReplicationResult(), hostWallSeconds: 0, hostCPUSeconds: 0)
    try writer.close()
    #expect(
      try rows("SELECT count(*), sum(sequence = request_id - 1) FROM request", in: path) == ["1500|1500"])
  }

  @Test func leavesOnePlainFile() throws {
    let path = try Fixture.make(in: folder)
    #expect(try folder.contents == ["fixture.db"])
    #expect(try rows("PRAGMA journal_mode", in: path) == ["delete"])
    #expect(try rows("PRAGMA application_id", in: path) == ["\(0x4F46_4C44)"])
    #expect(try rows("PRAGMA user_version", in: path) == ["2"])
  }

  @Test func runRowsSayHowTheyEnded() throws {
    let path = try Fixture.make(in: folder)
    let query = """
      SELECT run_id, scenario, policy, replication, status, record, duration_s, warmup_s, end_s, events, tool_version,
        scenario_sha256, host_wall_s, host_cpu_s FROM run WHERE run_id = 1
      """
    // printf '{"offloadsim": 1}' | sha256sum
    let digest = SHA256.hexDigest(of: #"{"offloadsim": 1}"#)
    #expect(
      try rows(query, in: path) == [
        "1|bench|local|0|done|requests|12.0|2.0|12.5|100|1.2.3|\(digest)|0.25|0.125"
      ])
  }

  @Test func anExistingFileIsKeptWithoutForce() throws {
    let path = folder.path("a.db")
    try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: InputError.self) { try ResultsWriter(creating: path) }
    #expect(error?.description.contains("exists already; --force replaces it") == true)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    #expect(try folder.contents == ["a.db"])
  }

  @Test func forceReplacesAnyRegularFile() throws {
    let path = folder.path("a.db")
    try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
    // Left by a writer that was killed; must not be applied to the new file.
    try Data("stale".utf8).write(to: URL(fileURLWithPath: path + "-wal"))
    let writer = try ResultsWriter(creating: path, force: true)
    try writer.close()
    #expect(try rows("SELECT count(*) FROM run", in: path) == ["0"])
    #expect(try folder.contents == ["a.db"])
  }

  @Test func forceFollowsASymbolicLink() throws {
    let path = folder.path("a.db")
    try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.createSymbolicLink(atPath: folder.path("link.db"), withDestinationPath: "a.db")
    try ResultsWriter(creating: folder.path("link.db"), force: true).close()
    #expect(try rows("SELECT count(*) FROM run", in: path) == ["0"])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link.db")) == "a.db")
  }

  @Test(arguments: ["", "folder", "/dev/null", "missing/a.db", "folder/"])
  func whatIsNoRegularFileIsRefused(name: String) throws {
    try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: false)
    let path = name.hasPrefix("/") || name.isEmpty ? name : folder.path(name)
    #expect(throws: InputError.self) { try ResultsWriter(creating: path, force: true) }
    #expect(try folder.contents == ["folder"])
  }

  @Test func makesTheDefaultFolderOnly() throws {
    let path = folder.path("Results/a.db")
    #expect(throws: InputError.self) { try ResultsWriter(creating: path) }
    try ResultsWriter(creating: path, createsFolder: true).close()
    #expect(try rows("SELECT count(*) FROM run", in: path) == ["0"])
  }

  @Test func theOldFileSurvivesWhenTheNewOneCannotBeMade() throws {
    let path = folder.path("a.db")
    try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
    if getuid() != 0 {
      #expect(throws: InputError.self) { try ResultsWriter(creating: path, force: true) }
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
  }

  @Test func othersReadWhileItWrites() throws {
    let path = folder.path("a.db")
    let writer = try ResultsWriter(creating: path)
    let run = try begin(writer)
    try run.record(requests(100))
    try writer.commit()
    #expect(try rows("SELECT count(*) FROM request", in: path) == ["100"])
    #expect(try rows("SELECT status FROM replication_summary", in: path) == ["running"])
    #expect(try rows("PRAGMA foreign_key_check", in: path).isEmpty)
    try run.record(requests(100))
    #expect(try rows("SELECT count(*) FROM request", in: path) == ["100"])
    try writer.commit()
    #expect(try rows("SELECT count(*) FROM request", in: path) == ["200"])
  }

  @Test func rowsAreCommittedWithinASecond() throws {
    let path = folder.path("a.db")
    let writer = try ResultsWriter(creating: path)
    let run = try begin(writer)
    let clock = ContinuousClock()
    let start = clock.now
    while start.duration(to: clock.now) < .seconds(1) { try run.record(requests(64)) }
    let seen = try #require(Int(try rows("SELECT count(*) FROM request", in: path)[0]))
    #expect(seen > 0)
  }

  /// What a killed process leaves: the file and its log as they are on disk.
  @Test func aCopyOfTheOpenFileHoldsWhatWasCommitted() throws {
    let path = folder.path("a.db")
    let writer = try ResultsWriter(creating: path)
    let run = try begin(writer)
    try run.record(requests(5000))
    try writer.commit()
    try run.record(requests(3000))
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: folder.path("copy.db") + suffix)
    }
    #expect(try rows("SELECT count(*) FROM request", in: folder.path("copy.db")) == ["5000"])
    #expect(try rows("PRAGMA integrity_check", in: folder.path("copy.db")) == ["ok"])
    #expect(try rows("SELECT status FROM run", in: folder.path("copy.db")) == ["running"])
  }

  @Test func closingMarksUnfinishedRunsAsInterrupted() throws {
    let path = folder.path("a.db")
    let writer = try ResultsWriter(creating: path)
    let run = try begin(writer)
    try run.record(requests(100))
    try writer.close()
    #expect(try rows("SELECT status, (SELECT count(*) FROM request) FROM run", in: path) == ["interrupted|100"])
    #expect(try folder.contents == ["a.db"])
  }

  @Test func anInterruptedReplicationIsMarkedAndCounted() throws {
    let path = folder.path("a.db")
    let writer = try ResultsWriter(creating: path)
    let run = try begin(writer)
    var result = Fixture.result(of: [], policy: "split")
    result.wasInterrupted = true
    try run.finish(result, hostWallSeconds: 0, hostCPUSeconds: 0)
    try writer.close()
    #expect(try rows("SELECT status FROM run", in: path) == ["interrupted"])
    #expect(
      try rows("SELECT interrupted_replications FROM policy_summary WHERE model = 'alpha'", in: path) == ["1"])
  }

  @Test func aFullDiskKeepsWhatWasCommitted() throws {
    let path = folder.path("a.db")
    let writer = try ResultsWriter(creating: path, pageSize: 4096, maximumPages: 200)
    let run = try begin(writer)
    try run.record(requests(1000))
    try writer.commit()
    let error = #expect(throws: InputError.self) {
      for _ in 0..<100 { try run.record(requests(1000)) }
    }
    #expect(error?.description.contains("the disk is full") == true)
    try writer.close()
    let count = try #require(Int(try rows("SELECT count(*) FROM request", in: path)[0]))
    #expect(count >= 1000)
    #expect(try rows("SELECT status FROM run", in: path) == ["interrupted"])
    #expect(try rows("PRAGMA integrity_check", in: path) == ["ok"])
  }

  @Test func theSameCallsMakeTheSameRows() throws {
    let first = try Fixture.make(in: folder, name: "a.db")
    let second = try Fixture.make(in: folder, name: "b.db")
    for table in ["run", "request", "placement", "run_model", "run_total", "execution"] {
      #expect(try rows("SELECT * FROM \(table)", in: first) == rows("SELECT * FROM \(table)", in: second))
    }
  }

  /// Under `summary` there are no rows of requests; the quantiles come from sketches, within 1 %.
  @Test func summaryTakesQuantilesFromTheSketch() throws {
    let path = folder.path("a.db")
    let writer = try ResultsWriter(creating: path)
    let run = try begin(writer, record: "summary")
    var result = Fixture.result(of: requests(4), policy: "split")
    for latency in 1...1000 { result.models[0].latencyQuantiles.add(Double(latency) * 1e6) }
    try run.finish(result, hostWallSeconds: 0, hostCPUSeconds: 0)
    try writer.close()
    let query = """
      SELECT abs(latency_p50_ms / 500.5 - 1) < 0.01, abs(latency_p95_ms / 950.05 - 1) < 0.01,
        abs(latency_p99_ms / 990.01 - 1) < 0.01 FROM
      """
    #expect(try rows(query + " run_model WHERE model_id = 1", in: path) == ["1|1|1"])
    #expect(try rows(query + " run_total", in: path) == ["1|1|1"])
    #expect(try rows("SELECT count(*) FROM request", in: path) == ["0"])
    #expect(try rows("SELECT requests FROM run_placement", in: path) == [""])
  }

  /// Totals are by model: two sources of one are one row, and a model that nobody asks for has none.
  @Test func sourcesOfOneModelAreOneRow() throws {
    var system = Fixture.system
    system.sources[1].model = 0
    let path = folder.path("a.db")
    let writer = try ResultsWriter(creating: path)
    let registered = try writer.register(system, scenario: "bench", models: Fixture.models)
    let run = try writer.begin(Fixture.description(policy: "split"), on: registered)
    let result = Fixture.result(of: requests(4), policy: "split")
    try run.finish(result, hostWallSeconds: 0, hostCPUSeconds: 0)
    try writer.close()
    #expect(
      try rows("SELECT model, requests, completed, latency_mean_ms FROM policy_summary", in: path)
        == ["alpha|4.0|4.0|18.0"])
  }
}
