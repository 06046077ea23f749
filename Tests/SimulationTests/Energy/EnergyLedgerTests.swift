import Partitioning
import RandomStreams
import Simulation
import Testing

/// What is booked to requests and what nobody pays for is the integral of the nodes' power.
struct EnergyLedgerTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    var scheduler: NodeModel.Scheduler
    var sharing: LinkModel.Sharing
    var isShared: Bool
    var radio: RadioPower
    var servers: Int
    var testDescription: String { "\(scheduler) \(servers), \(sharing) shared: \(isShared)" }
  }

  static let schedulers: [Scheduler] = [.fifo, .ps, .edf, .batch(maximum: 3, timeoutNanoseconds: 30_000_000)]

  static let settings: [Setting] = schedulers.flatMap { scheduler in
    [LinkModel.Sharing.fair, .fifo].flatMap { sharing in
      [true, false].flatMap { isShared in
        [RadioPower.none, .constant(transmitWatts: 1, receiveWatts: 0.5), .testRadio].map { radio in
          Setting(scheduler: scheduler, sharing: sharing, isShared: isShared, radio: radio, servers: isShared ? 1 : 2)
        }
      }
    }
  }

  /// Busy devices and links: layers on device, edge and cloud, and back on the device.
  static func model(_ setting: Setting, arrivals: Arrivals, durationSeconds: Double) -> SystemModel {
    .chain(
      nodes: [
        NodeModel(
          name: "device", role: .device, count: 3, servers: setting.servers, scheduler: setting.scheduler,
          variation: .exponential, idleWatts: 2.7, busyWatts: 6.4),
        NodeModel(
          name: "edge", role: .edge, scheduler: setting.scheduler, variation: .gamma(cv: 0.7), idleWatts: 5,
          busyWatts: 15),
        NodeModel(name: "cloud", role: .cloud, servers: 2, idleWatts: 60, busyWatts: 300),
      ],
      links: [
        .test(
          "access", upMbps: 6, downMbps: 13, propagationSeconds: 0.02, sharing: setting.sharing,
          isShared: setting.isShared),
        .test("wan", from: 1, upMbps: 50, downMbps: 50, propagationSeconds: 0.01, sharing: setting.sharing),
      ],
      layers: [
        ChainLayer([0.15, 0, 0], bytes: 60_000, on: 0), ChainLayer([0, 0.1, 0], bytes: 30_000, on: 1),
        ChainLayer([0, 0, 0.05], bytes: 20_000, on: 2), ChainLayer([0.05, 0, 0], bytes: 1000, on: 0),
      ], inputBytes: 1000, radio: setting.radio, returnsResult: true, arrivals: arrivals,
      durationSeconds: durationSeconds)
  }

  /// Two requests a second for 60 s on each device, and time enough for the last tail.
  static let burst: Arrivals = {
    var random = RandomStream(seed: 5, entity: "burst", purpose: "test")
    return .trace(nanoseconds: (0..<120).map { _ in Int64(random.uniform() * 60e9) }.sorted())
  }()

  @Test(arguments: settings)
  func bookingsAndIdlingAddUp(setting: Setting) throws {
    let (requests, result) = try Self.model(setting, arrivals: Self.burst, durationSeconds: 400).recorded()
    #expect(requests.count == 360 && result.models[0].completed == 360)
    let booked = requests.reduce(0.0) { $0 + $1.totalJoules }
    let unbooked = result.nodes.reduce(0.0) { $0 + $1.unbookedJoules }
    let consumed = result.nodes.reduce(0.0) { $0 + $1.computeJoules + $1.radioJoules + $1.idleJoules }
    #expect(abs(booked + unbooked - consumed) <= 1e-9 * consumed)
    // The device alone: its requests' own energy.
    let device = result.nodes[0]
    let own = requests.reduce(0.0) { $0 + $1.deviceJoules } + device.unbookedJoules
    let power = device.computeJoules + device.radioJoules + device.idleJoules
    #expect(abs(own - power) <= 1e-9 * power)
    #expect(requests.allSatisfy { $0.parts == $0.latency })
    if setting.radio == .testRadio { #expect(requests.contains { $0.radioOverheadJoules > 0 }) }
  }

  /// Node energy is idle and busy power over time, recomputed from the records' service times.
  @Test func nodePowerIsTheIntegral() throws {
    let setting = Setting(scheduler: .fifo, sharing: .fair, isShared: false, radio: .none, servers: 2)
    let (requests, result) = try Self.model(setting, arrivals: Self.burst, durationSeconds: 400).recorded()
    let busy = requests.reduce(0.0) { $0 + Double($1.deviceCompute) } / 1e9
    let expected = 6.4 / 2 * busy + 2.7 * (3 * 400 - busy / 2)
    let device = result.nodes[0]
    #expect(abs(device.computeJoules + device.idleJoules - expected) <= 1e-9 * expected)
    #expect(abs(device.utilization - busy / (2 * 3 * 400)) <= 1e-12)
    let cloud = requests.reduce(0.0) { $0 + Double($1.cloudCompute) } / 1e9
    #expect(abs(result.nodes[2].computeJoules - 150 * cloud) <= 1e-9 * 150 * cloud)
  }

  /// Windows side by side consume what the whole does, whatever straddles their borders.
  @Test(arguments: settings)
  func windowsAddUp(setting: Setting) throws {
    func consumed(from start: Double, to end: Double) throws -> [Double] {
      var model = Self.model(setting, arrivals: Self.burst, durationSeconds: end)
      model.warmupNanoseconds = Int64(start * 1e9)
      model.drains = end > 50
      return try Simulator(model).run().nodes.map { $0.computeJoules + $0.radioJoules + $0.idleJoules }
    }
    let whole = try consumed(from: 0, to: 100)
    let first = try consumed(from: 0, to: 30)
    let second = try consumed(from: 30, to: 100)
    for node in whole.indices {
      #expect(abs(first[node] + second[node] - whole[node]) <= 1e-8 * whole[node])
    }
  }

  /// Access links that are more than a rate.
  static let links: [(name: String, change: @Sendable (inout LinkModel) -> Void)] = [
    ("slow start", { $0.hop = $0.hop.with(.tcp(initialWindow: 10, segmentBytes: 1460)) }),
    ("flows", { $0.hop = $0.hop.with(.lv08) }),
    (
      "serialisation",
      { $0.hop = $0.hop.with(.ideal, Serialization(perMessageNanoseconds: 2e6, perByteNanoseconds: 50)) }
    ),
    (
      "outages",
      { $0.outages = [2, 20, 29.8].map { Outage(start: Int64($0 * 1e9), end: Int64($0 * 1e9) + 700_000_000) } }
    ),
    ("jitter", { $0.jitterNanoseconds = 30_000_000 }),
    (
      "packets",
      { $0.uplinkTrace = RateTrace(opportunities: [1, 3, 4, 90].map { (Int64($0) * 1_000_000, 15_000) }) }
    ),
    ("rates", { $0.downlinkTrace = RateTrace(rates: [(0, 1e6), (1_000_000_000, 9e6)]) }),
    (
      "slow start over rates",
      {
        $0.hop = $0.hop.with(.tcp(initialWindow: 10, segmentBytes: 1460))
        $0.uplinkTrace = RateTrace(rates: [(0, 9e6), (1_000_000_000, 3e6)])
      }
    ),
  ]

  @Test(arguments: links.indices, [LinkModel.Sharing.fair, .fifo])
  func linksAddUp(index: Int, sharing: LinkModel.Sharing) throws {
    for radio in [RadioPower.none, .testRadio] {
      for isShared in [true, false] {
        let setting = Setting(scheduler: .fifo, sharing: sharing, isShared: isShared, radio: radio, servers: 2)
        func model(from start: Double, to end: Double) -> SystemModel {
          var model = Self.model(setting, arrivals: Self.burst, durationSeconds: end)
          Self.links[index].change(&model.links[0])
          for source in model.sources.indices {
            let problem = model.sources[source].problem
            model.sources[source].problem = PlacementProblem(
              network: problem.network, tiers: problem.tiers, hops: model.links.map(\.hop), radio: problem.radio,
              returnsResult: problem.returnsResult)
          }
          model.warmupNanoseconds = Int64(start * 1e9)
          model.drains = end > 50
          return model
        }
        let (requests, result) = try model(from: 0, to: 400).recorded()
        #expect(requests.count == 360 && result.models[0].completed == 360)
        let booked = requests.reduce(0.0) { $0 + $1.totalJoules }
        let unbooked = result.nodes.reduce(0.0) { $0 + $1.unbookedJoules }
        let consumed = result.nodes.reduce(0.0) { $0 + $1.computeJoules + $1.radioJoules + $1.idleJoules }
        #expect(abs(booked + unbooked - consumed) <= 1e-8 * consumed, "\(Self.links[index].name)")
        #expect(requests.allSatisfy { $0.parts == $0.latency })
        #expect(result.links[0].bytesUp == requests.reduce(0) { $0 + $1.bytesUp })
        func joules(_ from: Double, _ to: Double) throws -> [Double] {
          try Simulator(model(from: from, to: to)).run().nodes.map { $0.computeJoules + $0.radioJoules + $0.idleJoules }
        }
        let (whole, first, second) = try (joules(0, 100), joules(0, 30), joules(30, 100))
        for node in whole.indices {
          #expect(abs(first[node] + second[node] - whole[node]) <= 1e-7 * whole[node], "\(Self.links[index].name)")
        }
      }
    }
  }
}

extension PlacementProblem.Hop {
  func with(_ transport: Transport, _ serialization: Serialization = Serialization()) -> PlacementProblem.Hop {
    PlacementProblem.Hop(
      uplinkBitsPerSecond: uplinkBitsPerSecond, downlinkBitsPerSecond: downlinkBitsPerSecond,
      propagationNanoseconds: propagationNanoseconds, transport: transport, serialization: serialization)
  }
}
