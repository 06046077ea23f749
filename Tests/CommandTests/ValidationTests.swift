import CSQLite
import Foundation
import Testing

/// The scenario files of `docs/validation.md` against their closed forms, through the program and its results file.
struct ValidationTests {
  /// Milliseconds of the mean latency, of all requests or of one model's.
  static let means: [(file: String, model: String?, expected: Double)] = [
    ("mm1", nil, 500), ("md1", nil, 300), ("mm4", nil, 174.554), ("mg1", nil, 475), ("ps", nil, 333.333),
    ("priority", "urgent", 214.286), ("priority", "other", 671.429), ("batch", nil, 178.947), ("closed", nil, 224.272),
    ("tandem", nil, 678.571), ("fair-link", nil, 333.333),
    ("lognormal", nil, 343.75), ("background", nil, 333.333),
  ]

  /// The same for runs of a few messages, which have nothing random about them.
  static let exact: [(file: String, expected: Double)] = [
    ("slow-start", 271.736), ("lv08", 233.193), ("packets", 19), ("rates", 2400), ("outage", 2100), ("max-min", 2000),
    ("wifi-anomaly", 4500), ("wifi-clients", 857.142857), ("fallback", 2200), ("link-energy", 500),
    ("throttle", 1_061_370.564), ("clocks", 1500),
  ]

  /// Values of the first column of a query.
  static func numbers(_ query: String, in file: String) throws -> [Double] {
    var database: OpaquePointer?
    guard sqlite3_open_v2(file, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
      throw Program.Failure(description: "cannot open \(file)")
    }
    defer { sqlite3_close(database) }
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(database, query, -1, &statement, nil) == SQLITE_OK else {
      throw Program.Failure(description: String(cString: sqlite3_errmsg(database)))
    }
    defer { sqlite3_finalize(statement) }
    var values: [Double] = []
    while sqlite3_step(statement) == SQLITE_ROW { values.append(sqlite3_column_double(statement, 0)) }
    return values
  }

  static func run(_ file: String, _ arguments: [String] = []) throws -> (folder: TemporaryFolder, database: String) {
    let folder = try TemporaryFolder()
    let database = folder.file("x.db").path
    let result = try Program.run(["run", "Scenarios/validation/\(file).json", "-o", database, "-q"] + arguments)
    guard result.status == 0 else { throw Program.Failure(description: result.errors) }
    return (folder, database)
  }

  /// The 99.9 % interval over ten replications of a fifth of the file's length.
  @Test(arguments: means.indices)
  func meanLatencies(index: Int) throws {
    let (file, model, expected) = Self.means[index]
    let run = try Self.run(file, ["--duration", "6000", "--replications", "10"])
    let condition = model.map { " WHERE model.name = '\($0)'" } ?? ""
    let values = try Self.numbers(
      "SELECT m.latency_mean_ms FROM run_model AS m JOIN model USING (model_id)\(condition)", in: run.database)
    #expect(values.count == 10)
    let mean = values.reduce(0, +) / 10
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 9
    let halfWidth = 4.781 * (variance / 10).squareRoot()
    #expect(abs(mean - expected) <= halfWidth, "\(file): \(mean) ± \(halfWidth), expected \(expected)")
    #expect(halfWidth < 0.15 * expected)
  }

  @Test(arguments: exact.indices)
  func exactLatencies(index: Int) throws {
    let (file, expected) = Self.exact[index]
    let run = try Self.run(file)
    let values = try Self.numbers("SELECT latency_ms FROM request", in: run.database)
    #expect(!values.isEmpty && values.allSatisfy { abs($0 - expected) < 0.001 }, "\(file): \(values)")
  }

  /// Figures of nodes, which have nothing random about them.
  static let nodeFigures: [(file: String, column: String, expected: Double)] = [
    ("thermal-steady", "peak_temperature_c", 64.90085), ("throttle", "throttled_s", 461.370564),
    ("battery", "first_battery_empty_s", 35), ("battery", "energy_j", 100), ("battery", "battery_used_j", 100),
    ("power-states", "energy_j", 75), ("power-states", "boots", 1),
  ]

  @Test(arguments: nodeFigures.indices)
  func figuresOfNodes(index: Int) throws {
    let (file, column, expected) = Self.nodeFigures[index]
    let run = try Self.run(file)
    let values = try Self.numbers("SELECT \(column) FROM node_summary", in: run.database)
    #expect(values.count == 1 && abs(values[0] - expected) < 1e-5 * expected, "\(file): \(values)")
  }

  @Test func depletedRequests() throws {
    let run = try Self.run("battery")
    #expect(try Self.numbers("SELECT depleted FROM policy_summary", in: run.database) == [1])
    #expect(try Self.numbers("SELECT arrival_s FROM request WHERE outcome = 'depleted'", in: run.database) == [50])
  }

  /// The share of cold starts under LRU, in the requests as in the node's totals.
  @Test func coldStarts() throws {
    let arguments = ["--duration", "20000", "--replications", "10", "--set", "record=requests"]
    let run = try Self.run("lru", arguments)
    let shares = try Self.numbers("SELECT 1.0 * cold_starts / requests FROM run_node", in: run.database)
    let mean: Double = shares.reduce(0, +) / 10
    #expect(abs(mean - 0.261111) < 0.01)
    let counted = try Self.numbers("SELECT sum(cold_starts) FROM request", in: run.database)
    let total = try Self.numbers("SELECT sum(cold_starts) FROM run_node", in: run.database)
    // A visit may begin outside the window in which its request came.
    #expect(counted.count == 1 && total.count == 1 && abs(counted[0] - total[0]) <= 20)
  }

  @Test func placementsWithoutMemoryAreBadInput() throws {
    let folder = try TemporaryFolder()
    let result = try Program.run([
      "run", "Scenarios/validation/lru.json", "-o", folder.file("x.db").path, "--set", "nodes.0.memory.bytes=50",
    ])
    #expect(result.status == 2 && result.errors.contains("node 'server' has 50 bytes of memory"))
  }

  @Test func boundedQueue() throws {
    let run = try Self.run("bounded", ["--duration", "6000", "--replications", "10"])
    let shares = try Self.numbers("SELECT 1.0 * dropped / requests FROM run_total", in: run.database)
    #expect(abs(shares.reduce(0, +) / 10 - 0.16021586) < 0.005)
  }

  /// Columns of scenarios with several figures, all by hand.
  static let figures: [(file: String, query: String, expected: [Double])] = [
    ("wifi-airtime", "SELECT latency_ms FROM request ORDER BY machine", [1000, 4500]),
    ("idle-restart", "SELECT latency_ms FROM request ORDER BY sequence", [271.736, 115.536, 271.736]),
    ("fallback", "SELECT wasted_energy_j FROM request", [3.6]),
    ("fallback", "SELECT retry_ms FROM request WHERE outcome = 'fell_back' AND attempts = 3 AND timeouts = 3", [1800]),
    ("fallback", "SELECT fell_back FROM policy_summary WHERE completed = 1", [1]),
    ("wasted", "SELECT wasted_energy_j FROM request WHERE outcome = 'timed_out' AND attempts = 2", [20.9]),
    ("wasted", "SELECT wasted_ms FROM request WHERE wasted_bytes = 200000", [160]),
    ("wasted", "SELECT timed_out FROM policy_summary", [1]),
    ("link-energy", "SELECT link_energy_j FROM request", [0.045]),
    ("link-energy", "SELECT total_energy_j_per_request FROM policy_summary", [0.045]),
    ("link-energy", "SELECT energy_j FROM link_summary", [0.045]),
  ]

  @Test(arguments: figures.indices)
  func exactFigures(index: Int) throws {
    let (file, query, expected) = Self.figures[index]
    let run = try Self.run(file)
    let values = try Self.numbers(query, in: run.database)
    #expect(values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(values)")
  }

  @Test func dropTail() throws {
    let run = try Self.run("drop-tail", ["--duration", "6000", "--replications", "10"])
    let shares = try Self.numbers("SELECT 1.0 * dropped / requests FROM run_total", in: run.database)
    #expect(abs(shares.reduce(0, +) / 10 - 0.1032990) < 0.005)
  }

  @Test func geometricRetries() throws {
    let run = try Self.run("retries", ["--duration", "6000", "--replications", "10"])
    let attempts = try Self.numbers("SELECT attempts_per_request FROM policy_summary", in: run.database)[0]
    let latency = try Self.numbers("SELECT latency_mean_ms FROM policy_summary", in: run.database)[0]
    // 30,000 requests: four times the standard error of a geometric mean.
    #expect(abs(attempts - 1 / 0.7) < 0.02 && abs(latency - (100 + 250 * (attempts - 1))) < 0.05)
  }

  @Test func availability() throws {
    let run = try Self.run("availability", ["--replications", "10"])
    let lost = try Self.numbers("SELECT 1.0 * lost / requests FROM run_total", in: run.database)
    #expect(abs(lost.reduce(0, +) / 10 - 0.1) < 0.01)
    let available = try Self.numbers("SELECT availability FROM node_summary WHERE node = 'cloud'", in: run.database)
    #expect(abs(available[0] - 0.9) < 0.01)
  }

  /// The run ends, and says which request nothing can move.
  @Test func stuckRequestsAreSaid() throws {
    let folder = try TemporaryFolder()
    let result = try Program.run([
      "run", "Scenarios/validation/outage.json", "-o", folder.file("x.db").path, "--set",
      "links.0.outages=[{\"at_s\": 0.05}]",
    ])
    #expect(result.status == 0 && result.errors.contains("request 0 of 'device', come at 0 s, can never finish"))
    #expect(result.errors.contains("link 'link'"))
    #expect(try Self.numbers("SELECT unfinished FROM run_total", in: folder.file("x.db").path) == [1])
  }

  @Test func loadScenario() throws {
    let run = try Self.run("server-load", ["--duration", "6000", "--replications", "10"])
    let latencies = try Self.numbers("SELECT query_latency_ms FROM load_summary", in: run.database)
    #expect(latencies.count == 1 && abs(latencies[0] - 2302.585) < 0.06 * 2302.585)
  }

  /// Ten replications or more, until the interval is narrow enough; the same whatever runs at the same time.
  @Test func precision() throws {
    var counts: [[Double]] = []
    for jobs in ["1", "2"] {
      let run = try Self.run("mm1", ["--duration", "3000", "--precision", "4%", "--jobs", jobs])
      let values = try Self.numbers("SELECT latency_mean_ms FROM run_total ORDER BY run_id", in: run.database)
      let n = Double(values.count)
      let mean = values.reduce(0, +) / n
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
      #expect(values.count >= 10 && 1.96 * (variance / n).squareRoot() <= 0.04 / 1.04 * mean)
      counts.append(values)
    }
    #expect(counts[0] == counts[1])
  }

  /// A run that begins empty is found to need a warm-up, and a single run knows its own precision.
  @Test func warmupAndBatchMeans() throws {
    let run = try Self.run("mm1", ["--set", "warmup_s=auto", "--duration", "20000", "--replications", "2"])
    let warmups = try Self.numbers("SELECT warmup_s FROM run", in: run.database)
    #expect(warmups.count == 2 && warmups[0] == warmups[1] && warmups[0] < 10_000)
    let halfWidths = try Self.numbers("SELECT latency_half_width_ms FROM replication_summary", in: run.database)
    #expect(halfWidths.allSatisfy { (5...100).contains($0) })
  }

  /// Requests are counted for their model, however many sources ask for it.
  @Test func severalSourcesOfOneModel() throws {
    let source = #"{"source": "server", "model": "MODEL", "arrivals": {"kind": "periodic", "rate_per_s": RATE}}"#
    let sources = [("urgent", 1), ("urgent", 2), ("other", 4)].map {
      source.replacing("MODEL", with: $0.0).replacing("RATE", with: "\($0.1)")
    }
    let run = try Self.run(
      "priority",
      [
        "--duration", "100", "--replications", "1", "--set", "warmup_s=0", "--set",
        "workload=[\(sources.joined(separator: ", "))]",
      ])
    let counts = try Self.numbers("SELECT requests FROM run_model ORDER BY model_id", in: run.database)
    #expect(counts == [300, 400])
    #expect(try Self.numbers("SELECT requests FROM run_total", in: run.database) == [700])
  }

  @Test func overloadIsSaid() throws {
    let folder = try TemporaryFolder()
    let result = try Program.run([
      "run", "Scenarios/validation/mm1.json", "-o", folder.file("x.db").path, "--duration", "2000", "--replications",
      "1", "--set", "workload.0.arrivals.rate_per_s=12",
    ])
    #expect(result.output.contains("server 1.2") && result.output.contains("unstable"))
  }
}
