import Partitioning
import Simulation
import Testing

/// Timeouts, retries and fallbacks, by hand.
struct RecoveryTests {
  /// 100 ms on the device, 100 kB up at 1 MB/s, 20 ms in the cloud; the device would take 300 ms for the second layer.
  static func model(
    _ recovery: Recovery?, arrivals: [Double] = [0], durationSeconds: Double = 100,
    _ change: (inout SystemModel) -> Void = { _ in }
  ) -> SystemModel {
    var link = LinkModel.test(propagationSeconds: 0.01, sharing: .fifo)
    link.outages = []
    var model = SystemModel.chain(
      nodes: [
        NodeModel(name: "device", role: .device, idleWatts: 2, busyWatts: 6),
        NodeModel(name: "cloud", role: .cloud, servers: 2, idleWatts: 50, busyWatts: 250),
      ],
      links: [link],
      layers: [ChainLayer([0.1, 0.01], bytes: 100_000, on: 0), ChainLayer([0.3, 0.02], bytes: 10, on: 1)],
      radio: .constant(transmitWatts: 1, receiveWatts: 0.5),
      arrivals: .trace(nanoseconds: arrivals.map { Int64(($0 * 1e9).rounded()) }), durationSeconds: durationSeconds)
    model.sources[0].recovery = recovery
    change(&model)
    return model
  }

  static func recovery(_ fallback: Recovery.Fallback, retries: Int = 2, timeout: Double? = 0.5) -> Recovery {
    Recovery(
      timeoutNanoseconds: timeout.map { Int64($0 * 1e9) }, retries: retries, backoffNanoseconds: 100_000_000,
      fallback: fallback)
  }

  /// An outage of ten seconds: three attempts of 500 ms, waits of 100 and 200 ms, then the second layer on the device.
  @Test(arguments: [LinkModel.Sharing.fifo, .fair, .wifi], [false, true])
  func fallsBackAfterTimeouts(sharing: LinkModel.Sharing, loses: Bool) throws {
    for (fallback, compute) in [(Recovery.Fallback.remaining, 0.3), (.whole, 0.4)] {
      let model = Self.model(Self.recovery(fallback)) {
        $0.links[0].outages = [Outage(start: 0, end: 10_000_000_000)]
        $0.links[0].losesInOutages = loses
        $0.links[0].sharing = sharing
        if sharing == .wifi {
          $0.links[0].medium = AirtimeMedium()
          $0.links[0].isShared = true
        }
      }
      let (requests, extras, result) = try model.withExtras()
      let request = requests[0]
      #expect(request.outcome == .fellBack && result.models[0].completed == 1 && result.models[0].extras.fellBack == 1)
      #expect(request.latency == Int64((0.1 + 3 * 0.5 + 0.3 + compute) * 1e9 + 0.5))
      #expect(extras[0].attempts == 3 && extras[0].timeouts == 3)
      #expect(extras[0].retry == 1_800_000_000 && request.parts + extras[0].retry == request.latency)
      #expect(request.bytesUp == 0 && extras[0].wasted == 0)
      // 1.8 s of idling, and with a pausing link of sending at nothing: 1.5 s x 1 W more.
      let pausing = loses ? 0 : 1.5
      #expect(abs(extras[0].wastedJoules - (1.8 * 2 + pausing)) < 1e-9)
      #expect(abs(request.deviceJoules - (0.1 * 6 + compute * 6 + extras[0].wastedJoules)) < 1e-9)
      Self.expectExactLedger(requests, result)
    }
  }

  /// Without a timeout a loss is known at once: when the message would have arrived.
  @Test func lossesAreKnownAtOnce() throws {
    let model = Self.model(Self.recovery(.none, retries: 1, timeout: nil)) {
      $0.links[0].loss = MessageLoss(perMessage: 1)
    }
    let (requests, extras, result) = try model.withExtras()
    #expect(requests[0].outcome == .lost && result.models[0].extras.lost == 1 && result.models[0].completed == 0)
    #expect(requests[0].completion == Int64((0.1 + 0.11 + 0.1 + 0.11) * 1e9 + 0.5))
    #expect(extras[0].attempts == 2 && extras[0].timeouts == 0 && extras[0].wastedBytes == 200_000)
    // Each attempt sends for 100 ms at 3 W and idles for 10 ms at 2 W; the wait between them idles for 100 ms.
    #expect(abs(extras[0].wastedJoules - (2 * (0.3 + 0.02) + 0.2)) < 1e-9)
    Self.expectExactLedger(requests, result)
  }

  /// Without a recovery a lost message is the end of its request.
  @Test func lossWithoutRecovery() throws {
    let model = Self.model(nil) { $0.links[0].loss = MessageLoss(perMessage: 1) }
    let requests = try model.recorded().requests
    #expect(requests[0].outcome == .lost && requests[0].completion == 210_000_000)
  }

  /// The cloud takes 20 ms; an attempt may take 115: the first two are given up after it began to compute.
  ///
  /// Nobody tells the cloud, so that it computes for nothing: 20 ms of the 250 / 2 W of a server each time.
  @Test func othersComputeForNothing() throws {
    var recovery = Self.recovery(.none, retries: 1)
    recovery.timeoutNanoseconds = 115_000_000
    recovery.backoffNanoseconds = 50_000_000
    let model = Self.model(recovery)
    let (requests, extras, result) = try model.withExtras()
    #expect(requests[0].outcome == .timedOut && result.models[0].extras.timedOut == 1)
    #expect(requests[0].completion == Int64((0.1 + 0.115 + 0.05 + 0.115) * 1e9 + 0.5))
    #expect(extras[0].timeouts == 2 && extras[0].wasted == 40_000_000 && extras[0].wastedBytes == 200_000)
    #expect(abs(requests[0].serverJoules - 2 * 0.02 * 125) < 1e-9)
    let device = 2 * (0.1 * 3 + 0.015 * 2) + 0.05 * 2
    #expect(abs(extras[0].wastedJoules - (device + 5)) < 1e-9)
    Self.expectExactLedger(requests, result)
  }

  /// The cloud is away from 0.15 to 1 s: the message that arrives at 0.21 s finds nobody, and the next at 0.42 s; the one
  /// that arrives at 1.13 s does.
  @Test func failedMachine() throws {
    let model = Self.model(Self.recovery(.none, retries: 4, timeout: nil)) {
      $0.nodes[1].outages = [Outage(start: 150_000_000, end: 1_000_000_000)]
    }
    let (requests, extras, result) = try model.withExtras()
    // Arrivals in the cloud at 0.21, 0.42 (100 ms of waiting), 0.73 (200), 1.24 (400).
    #expect(requests[0].outcome == .completed && requests[0].completion == 1_260_000_000)
    #expect(extras[0].attempts == 4 && requests[0].parts + extras[0].retry == requests[0].latency)
    #expect(abs((result.nodes[1].availability ?? 0) - (1 - 0.85 / 100)) < 1e-12)
    Self.expectExactLedger(requests, result)
  }

  /// A machine that fails loses what it computes, and what waits.
  @Test(arguments: [Scheduler.fifo, .ps, .edf, .batch(maximum: 3, timeoutNanoseconds: 10_000_000)])
  func workInProgressIsLost(scheduler: Scheduler) throws {
    let model = Self.model(Self.recovery(.none, retries: 0, timeout: nil), arrivals: [0, 0, 0]) {
      $0.nodes[0].servers = 3
      $0.nodes[1].servers = 1
      $0.nodes[1].scheduler = scheduler
      $0.links[0].sharing = .fair
      $0.nodes[1].outages = [Outage(start: 415_000_000, end: 500_000_000)]
      $0.nodes[1].variation = .none
      let problem = $0.sources[0].problem
      $0.sources[0].problem = PlacementProblem.chain(
        [ChainLayer([0.1, 0.01], bytes: 100_000, on: 0), ChainLayer([0.3, 0.02], bytes: 10, on: 1)], nodes: $0.nodes,
        hops: problem.hops, radio: problem.radio)
    }
    // All arrive in the cloud at 0.1 + 0.3 + 0.01 s and are computed from then on.
    let (requests, extras, result) = try model.withExtras()
    #expect(requests.allSatisfy { $0.outcome == .lost && $0.completion == 415_000_000 })
    #expect(abs(extras.reduce(0.0) { $0 + Double($1.wasted) } - (scheduler.isBatch ? 15e6 : 5e6)) < 5)
    #expect(abs(result.nodes[1].computeJoules - 0.005 * 250) < 1e-6)
    Self.expectExactLedger(requests, result)
  }

  /// The device's own work is lost with it.
  @Test func failedDevice() throws {
    let model = Self.model(Self.recovery(.remaining), arrivals: [0, 0.2, 1]) {
      $0.nodes[0].outages = [Outage(start: 50_000_000, end: 500_000_000)]
    }
    let (requests, _, result) = try model.withExtras()
    #expect(requests.map(\.outcome) == [.lost, .lost, .completed])
    #expect(requests.map(\.completion) == [50_000_000, 200_000_000, 1_230_000_000])
    Self.expectExactLedger(requests, result)
  }

  /// A message that finds no room is lost, and tried again.
  @Test func dropsAreRetried() throws {
    let model = Self.model(Self.recovery(.none, timeout: nil), arrivals: [0, 0, 0]) {
      $0.nodes[0].servers = 3
      $0.links[0].bufferBytes = 100_000
    }
    let (requests, extras, result) = try model.withExtras()
    // At 0.1 s one sends, one waits, one is dropped and comes again at 0.2 s, when the buffer is empty.
    #expect(requests.allSatisfy { $0.outcome == .completed })
    #expect(requests.map(\.completion) == [230_000_000, 330_000_000, 430_000_000])
    #expect(extras.map(\.attempts) == [1, 1, 2] && extras[2].wastedBytes == 0)
    Self.expectExactLedger(requests, result)
  }

  /// What was booked to requests and what was not is what all machines and links took.
  static func expectExactLedger(_ requests: [RequestRecord], _ result: ReplicationResult) {
    let booked = requests.reduce(0.0) { $0 + $1.totalJoules }
    let unbooked = result.nodes.reduce(0.0) { $0 + $1.unbookedJoules }
    let consumed = result.nodes.reduce(0.0) { $0 + $1.computeJoules + $1.radioJoules + $1.idleJoules }
    #expect(abs(booked + unbooked - consumed) <= 1e-9 * consumed)
  }
}
