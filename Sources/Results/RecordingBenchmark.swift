import Foundation
import Partitioning
import Simulation

/// Times the recording of made-up requests, from the first to the closed file.
public struct RecordingBenchmark: Sendable {
  public let requests: Int
  /// The folder of the file, which is removed afterwards.
  public let folder: String

  public init(requests: Int = 1_000_000, folder: String = NSTemporaryDirectory()) {
    self.requests = requests
    self.folder = folder
  }

  /// What one pass took.
  public struct Outcome: Sendable {
    public let requests: Int
    public let seconds: Double
    public let cpuSeconds: Double
    public let fileBytes: Int

    public var rowsPerSecond: Double { Double(requests) / seconds }
    public var rowsPerCPUSecond: Double { Double(requests) / cpuSeconds }
  }

  /// One pass.
  ///
  /// Throws `InputError` where the folder cannot be written to.
  public func run() throws -> Outcome { try run(pageSize: ResultsWriter.pageSize) }

  package func run(pageSize: Int) throws -> Outcome {
    let path = "\(folder)/offloadsim-recording-\(getpid()).db"
    defer { unlink(path) }
    let chunks = Self.chunk(of: 1024)
    let writer = try ResultsWriter(creating: path, force: true, pageSize: pageSize)
    let system = RegisteredSystem(
      models: [1], nodes: [], links: [], sources: [.init(id: 1, model: 0)],
      system: SystemModel(nodes: [], links: [], sources: [], models: [], seed: 0, durationNanoseconds: 0))
    let run = try writer.begin(
      RunDescription(
        scenario: "recording", policy: "none", policySpec: "none", informationClass: "blind",
        replication: 0, seed: 0, record: "requests",
        durationSeconds: 1, warmupSeconds: 0, scenarioJSON: "{}", toolVersion: "", hostStarted: ""),
      on: system, describe: { PlacementDescription($1, source: $0, cut: "none") })
    try run.use(Placement(tiers: []), source: 0)

    let clock = ContinuousClock()
    let cpuBefore = Self.cpuSeconds()
    let time = try clock.measure {
      var rest = requests
      while rest > 0 {
        try run.record(rest >= chunks.count ? chunks : Array(chunks.prefix(rest)))
        rest -= chunks.count
      }
      try run.finish(ReplicationResult(), hostWallSeconds: 0, hostCPUSeconds: 0)
      try writer.close()
    }
    let cpu = Self.cpuSeconds() - cpuBefore
    var status = stat()
    stat(path, &status)
    return Outcome(requests: requests, seconds: time / .seconds(1), cpuSeconds: cpu, fileBytes: Int(status.st_size))
  }

  /// Requests with all parts of a three-tier path set, so that no column is cheap.
  private static func chunk(of count: Int) -> [RequestRecord] {
    (0..<count).map { index in
      var record = RequestRecord()
      let step = Int64(index)
      record.sequence = step
      record.arrival = 1_234_567 * step
      record.deviceCompute = 31_415_926 + step
      record.deviceQueue = 2_718_281 + step
      record.serialize = 141_421 + step
      record.uplink = 57_721_566 + step
      record.edgeCompute = 1_618_033 + step
      record.edgeQueue = 693_147 + step
      record.cloudCompute = 2_302_585 + step
      record.cloudQueue = 1_202_056 + step
      record.downlink = 915_965 + step
      record.completion = record.arrival + record.partsTotal
      record.bytesUp = 150_528 + step
      record.bytesDown = 4000
      record.deviceComputeJoules = 0.12 + Double(index) / 7
      record.transmitJoules = 0.34 + Double(index) / 11
      record.receiveJoules = 0.056 + Double(index) / 13
      record.waitJoules = 0.078 + Double(index) / 17
      record.radioOverheadJoules = 0.9 + Double(index) / 19
      record.serverJoules = 1.2 + Double(index) / 23
      return record
    }
  }

  private static func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
