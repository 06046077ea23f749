import Foundation
import Partitioning
import RandomStreams
import Results
import Simulation
import StrictJSON

/// A small results file with figures that can be checked by hand.
///
/// Two policies, `local` and `split`, two replications, two models, `alpha` and `beta`, a window of 10 s:
/// - `local`, replication 0: alpha takes 10, 20, 30 and 40 ms on the device; replication 1: 20 and 30 ms, one dropped;
/// - `split`: alpha takes 5 ms device, 10 ms up, 2 ms cloud and 1 ms down, plus 1 ms in replication 1 (cloud queue);
/// - no request for beta ever completes.
enum Fixture {
  static let milli: Int64 = 1_000_000

  /// Makes the file and returns its path.
  static func make(in folder: TemporaryFolder, name: String = "fixture.db", scenario: String = "bench") throws -> String
  {
    let path = folder.path(name)
    let writer = try ResultsWriter(creating: path)
    let registered = try writer.register(system, scenario: scenario, models: models)
    for policy in ["local", "split"] {
      for replication in 0..<2 {
        let run = try writer.begin(
          description(policy: policy, replication: replication, scenario: scenario), on: registered)
        try record(policy: policy, replication: replication, into: run)
      }
    }
    try recordExecutions(with: writer)
    try writer.close()
    return path
  }

  static func description(
    policy: String, replication: Int = 0, record: String = "requests", scenario: String = "bench"
  ) -> RunDescription {
    RunDescription(
      scenario: scenario, policy: policy, policySpec: policy, informationClass: "blind",
      replication: replication, seed: 42, record: record,
      durationSeconds: 12, warmupSeconds: 2, scenarioJSON: #"{"offloadsim": 1}"#, toolVersion: "1.2.3",
      hostStarted: "2026-01-02T03:04:05Z")
  }

  static func requests(policy: String, replication: Int) -> [RequestRecord] {
    var records: [RequestRecord] = []
    let count = policy == "local" && replication == 1 ? 3 : 4
    for index in 0..<count {
      var request = RequestRecord()
      request.sequence = Int64(index)
      request.arrival = (2000 + 100 * Int64(index)) * milli
      if policy == "local" {
        request.deviceCompute = Int64(10 * (index + 1 + replication)) * milli
        request.deviceComputeJoules = 0.5
        request.missedDeadline = request.deviceCompute > 35 * milli
        if replication == 1 && index == 2 {
          request.outcome = .dropped
          request.deviceCompute = 0
          request.missedDeadline = false
        }
      } else {
        request.deviceCompute = 5 * milli
        request.uplink = 10 * milli
        request.cloudCompute = 2 * milli
        request.cloudQueue = Int64(replication) * milli
        request.downlink = 1 * milli
        request.bytesUp = 1000
        request.bytesDown = 10
        request.deviceComputeJoules = 0.125
        request.transmitJoules = 0.25
        request.serverJoules = 0.5
      }
      request.completion =
        request.arrival + request.deviceCompute + request.uplink + request.cloudCompute + request.cloudQueue
        + request.downlink
      records.append(request)
    }
    return records
  }

  static func result(of requests: [RequestRecord], policy: String) -> ReplicationResult {
    var result = ReplicationResult()
    var alpha = ModelTotals()
    for request in requests {
      alpha.requests += 1
      guard request.outcome == .completed else {
        alpha.dropped += 1
        continue
      }
      alpha.completed += 1
      alpha.completionsInWindow += 1
      alpha.deadlineMissed += request.missedDeadline ? 1 : 0
      alpha.sums.deviceCompute += request.deviceCompute
      alpha.sums.uplink += request.uplink
      alpha.sums.cloudCompute += request.cloudCompute
      alpha.sums.cloudQueue += request.cloudQueue
      alpha.sums.downlink += request.downlink
      alpha.sums.bytesUp += request.bytesUp
      alpha.sums.bytesDown += request.bytesDown
      alpha.sums.deviceComputeJoules += request.deviceComputeJoules
      alpha.sums.transmitJoules += request.transmitJoules
      alpha.sums.serverJoules += request.serverJoules
    }
    var beta = ModelTotals()
    beta.requests = 1
    beta.unfinished = 1
    result.models = [alpha, beta]
    var camera = NodeTotals()
    camera.utilization = policy == "local" ? 0.5 : 0.25
    camera.computeJoules = 3
    camera.radioJoules = policy == "local" ? 0 : 2
    camera.idleJoules = 1
    camera.unbookedJoules = 0.5
    camera.requests = requests.count
    result.nodes = [camera, NodeTotals()]
    var lte = LinkTotals()
    lte.bytesUp = policy == "local" ? 0 : 5_000_000
    lte.bytesDown = policy == "local" ? 0 : 1_000_000
    lte.utilizationUp = policy == "local" ? 0 : 0.125
    result.links = [lte]
    result.placements = [(0, placement(policy))]
    result.events = 100
    result.endNanoseconds = 12_500 * milli
    return result
  }

  static func placement(_ policy: String) -> Placement { Placement(tiers: policy == "local" ? [0, 0, 0] : [0, 0, 1]) }

  private static func record(policy: String, replication: Int, into run: RunRecorder) throws {
    let requests = requests(policy: policy, replication: replication)
    try run.use(placement(policy), source: 0)
    try run.record(requests)
    try run.finish(result(of: requests, policy: policy), hostWallSeconds: 0.25, hostCPUSeconds: 0.125)
  }

  private static func recordExecutions(with writer: ResultsWriter) throws {
    let partitions = [
      (placement: 1, partition: 0, tier: "device", layers: 2, bytes: 0, digest: "aa"),
      (placement: 2, partition: 0, tier: "device", layers: 1, bytes: 0, digest: "bb"),
      (placement: 2, partition: 1, tier: "cloud", layers: 1, bytes: 1064, digest: "bb"),
    ]
    for row in partitions {
      try writer.record(
        ExecutionDescription(
          placement: PlacementID(Int64(row.placement)), partition: row.partition, tier: row.tier, layers: row.layers,
          boundaryBytes: row.bytes, hostMilliseconds: 1.5, digest: row.digest, outputsEqual: true))
    }
  }

  static let models = [
    ModelDescription(
      name: "alpha", origin: "zoo", macs: 1000, parameters: 100,
      layers: [
        .init(name: "input", operatorName: "Input", outputBytes: 600, outputShape: [1, 3, 5, 10]),
        .init(name: "conv", operatorName: "Conv", macs: 900, parameters: 90, outputBytes: 1000, outputShape: [1, 250]),
        .init(name: "fc", operatorName: "Gemm", macs: 100, parameters: 10, outputBytes: 40, outputShape: [1, 10]),
      ]),
    ModelDescription(name: "beta", origin: "costs", macs: 0, parameters: 0, layers: []),
  ]

  static let system = SystemModel(
    nodes: [
      NodeModel(name: "camera", role: .device, count: 2, idleWatts: 1, busyWatts: 3),
      NodeModel(name: "server", role: .cloud, servers: 4, scheduler: .ps, idleWatts: 50, busyWatts: 200),
    ],
    links: [LinkModel(name: "lte", from: 0, to: 1, hop: hop)],
    sources: [source(model: 0), source(model: 1)], models: ["alpha", "beta"], seed: 42,
    warmupNanoseconds: 2000 * milli, durationNanoseconds: 12_000 * milli)

  private static let hop = PlacementProblem.Hop(
    uplinkBitsPerSecond: 8e6, downlinkBitsPerSecond: 16e6, propagationNanoseconds: 25 * milli)

  private static func source(model: Int) -> SourceModel {
    let network = CostGraph(
      name: "alpha",
      layers: [
        .init(name: "input", inputs: [], outputs: [0], isInput: true),
        .init(name: "conv", inputs: [0], outputs: [1]),
        .init(name: "fc", inputs: [1], outputs: [2]),
      ],
      tensors: [
        .init(name: "input", producer: 0, consumers: [1], bytes: 600, isResult: false),
        .init(name: "conv", producer: 1, consumers: [2], bytes: 1000, isResult: false),
        .init(name: "fc", producer: 2, consumers: [], bytes: 40, isResult: true),
      ])
    let tiers = ["camera", "server"].map {
      PlacementProblem.Tier(name: $0, computeNanoseconds: [0, milli, milli], busyWatts: 3, idleWatts: 1)
    }
    return SourceModel(
      node: 0, model: model, arrivals: .poisson(ratePerSecond: 2), deadlineNanoseconds: 35 * milli, path: [0, 1],
      links: [0], problem: PlacementProblem(network: network, tiers: tiers, hops: [hop]), policy: Stationary())
  }
}

/// Never asked; a source has to have a policy.
private struct Stationary: PartitionPolicy {
  static let kind = "stationary"
  static let summary = "Everything on the device."
  let informationClass = InformationClass.blind
  let isStatic = true

  init() {}
  init(from fields: inout FieldReader) {}

  func placement(for problem: PlacementProblem, using random: inout RandomStream) throws -> Placement {
    Placement(tiers: Array(repeating: 0, count: problem.network.layers.count))
  }
}
