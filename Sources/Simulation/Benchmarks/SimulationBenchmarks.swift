import Partitioning
import RandomStreams

/// Workloads whose speed stands for the simulator's; `bench simulation` times them.
public enum SimulationBenchmarks {
  /// What a run of a case did.
  public struct Work: Sendable {
    public var events: Int
    public var requests: Int
  }

  public struct Case: Sendable {
    public let name: String
    public let run: @Sendable () throws -> Work
  }

  /// The event queue alone; then whole systems, without records.
  public static let cases: [Case] = [
    Case(name: "hold 1e3") { hold(pending: 1000, operations: 4_000_000) },
    Case(name: "hold 1e6") { hold(pending: 1_000_000, operations: 2_000_000) },
    Case(name: "w2 mm1") { try work(of: mm1(requests: 1_000_000)) },
    Case(name: "w3 tandem") { try work(of: tandem(requests: 500_000)) },
    Case(name: "w3 tandem requests") { try recorded(tandem(requests: 500_000)) },
    Case(name: "w4a sharing") { try work(of: sharing(requests: 500_000)) },
  ]

  /// Takes the first of `pending` events and schedules another an exponential time later, over and over.
  ///
  /// Source: Jones, "An empirical comparison of priority-queue and event-set implementations", CACM 1986.
  public static func hold(pending: Int, operations: Int) -> Work {
    var random = RandomStream(seed: 1, entity: "hold", purpose: "bench")
    var queue = EventQueue()
    for index in 0..<pending {
      queue.schedule(Event(.requestAdvanced, index), at: Int64(random.exponential(mean: 1e9)))
    }
    for _ in 0..<operations {
      guard let (time, event) = queue.next(before: .max) else { break }
      queue.schedule(event, at: time + Int64(random.exponential(mean: 1e9)))
    }
    return Work(events: operations, requests: 0)
  }

  /// One server at load 0.8 with exponential service.
  public static func mm1(requests: Int) -> SystemModel {
    .chain(
      nodes: [NodeModel(name: "server", role: .device, variation: .exponential)],
      layers: [ChainLayer([0.1], on: 0)], arrivals: .poisson(ratePerSecond: 8), durationSeconds: Double(requests) / 8)
  }

  /// 100 devices, a shared uplink, a cloud of four servers and a shared downlink: five events a request.
  public static func tandem(requests: Int) -> SystemModel {
    .chain(
      nodes: [
        NodeModel(name: "device", role: .device, count: 100, variation: .exponential, idleWatts: 2, busyWatts: 6),
        NodeModel(name: "cloud", role: .cloud, servers: 4, variation: .exponential, idleWatts: 100, busyWatts: 300),
      ],
      links: [link(.fifo, isShared: true)],
      layers: [ChainLayer([0.2, 0], bytes: 8000, on: 0), ChainLayer([0, 0.028], bytes: 2000, on: 1)],
      returnsResult: true, arrivals: .poisson(ratePerSecond: 1), durationSeconds: Double(requests) / 100)
  }

  /// Poisson transfers of 1 s that share one link at load 0.8.
  public static func sharing(requests: Int) -> SystemModel {
    .chain(
      nodes: [NodeModel(name: "device", role: .device), NodeModel(name: "cloud", role: .cloud, servers: 1 << 20)],
      links: [link(.fair)], layers: [ChainLayer([0, 0.001], on: 1)], inputBytes: 1_000_000,
      arrivals: .poisson(ratePerSecond: 0.8), durationSeconds: Double(requests) / 0.8)
  }

  private static func link(_ sharing: LinkModel.Sharing, isShared: Bool = false) -> LinkModel {
    LinkModel(
      name: "link", from: 0, to: 1,
      hop: .init(uplinkBitsPerSecond: 8e6, downlinkBitsPerSecond: 8e6, propagationNanoseconds: 0), sharing: sharing,
      isShared: isShared)
  }

  private static func work(of model: SystemModel) throws -> Work {
    let result = try Simulator(model).run()
    return Work(events: result.events, requests: result.models.reduce(0) { $0 + $1.completed })
  }

  private struct Checksum: RequestSink {
    var sum: Int64 = 0

    mutating func record(_ request: RequestRecord) { sum &+= request.completion }
  }

  private static func recorded(_ model: SystemModel) throws -> Work {
    var sink = Checksum()
    let result = try Simulator(model).run(into: &sink)
    return Work(events: result.events, requests: result.models.reduce(0) { $0 + $1.completed })
  }
}
