import Partitioning
import RandomStreams
import Simulation
import Testing

/// Machines that change are, while nothing changes them, the machines that cannot.
struct MachineTests {
  static let schedulers: [Scheduler] = [
    .fifo, .ps, .priority, .edf, .batch(maximum: 3, timeoutNanoseconds: 30_000_000),
  ]

  /// A battery that lasts for ever makes a machine keep its own clock and ledger.
  static var watched: MachineTraits {
    var traits = MachineTraits()
    traits.battery = Battery(joules: 1e9)
    return traits
  }

  static func model(_ scheduler: Scheduler, servers: Int, traits: MachineTraits, limit: Int? = nil) -> SystemModel {
    var model = EnergyLedgerTests.model(
      .init(scheduler: scheduler, sharing: .fair, isShared: false, radio: .testRadio, servers: servers),
      arrivals: EnergyLedgerTests.burst, durationSeconds: 400)
    for node in 0..<2 {
      model.nodes[node].traits = traits
      model.nodes[node].queueLimit = limit
    }
    return model
  }

  @Test(arguments: schedulers, [1, 2])
  func sameTimesAndEnergyAsPlainMachines(scheduler: Scheduler, servers: Int) throws {
    for limit in [nil, 2] {
      let plain = try Self.model(scheduler, servers: servers, traits: MachineTraits(), limit: limit).recorded()
      let watched = try Self.model(scheduler, servers: servers, traits: Self.watched, limit: limit).recorded()
      #expect(plain.requests.count == watched.requests.count)
      for (a, b) in zip(plain.requests, watched.requests) {
        #expect(a.outcome == b.outcome && abs(a.completion - b.completion) <= 200 && b.parts == b.latency)
        #expect(abs(a.deviceCompute - b.deviceCompute) <= 200 && abs(a.edgeCompute - b.edgeCompute) <= 200)
        #expect(abs(a.totalJoules - b.totalJoules) <= 1e-6 * (1 + a.totalJoules))
      }
      for (a, b) in zip(plain.result.nodes, watched.result.nodes) {
        #expect(abs(a.utilization - b.utilization) < 1e-9 && a.requests == b.requests)
        #expect(abs(a.computeJoules - b.computeJoules) <= 1e-9 * a.computeJoules)
        #expect(abs(a.idleJoules - b.idleJoules) <= 1e-9 * a.idleJoules)
        #expect(abs(a.unbookedJoules - b.unbookedJoules) <= 1e-6 * a.idleJoules)
      }
    }
  }

  /// Everything that can change a machine.
  static let changing: [(name: String, change: @Sendable (inout MachineTraits) -> Void)] = [
    ("battery", { $0.battery = Battery(joules: 1e9) }),
    (
      "memory",
      { $0.memory = ModelMemory(bytes: 1 << 30, loadBytesPerSecond: 1e9, loadOverheadNanoseconds: 40_000_000) }
    ),
    ("first inference", { $0.firstInference = FirstInference(factor: 3, extraNanoseconds: 5_000_000) }),
    (
      "background",
      {
        $0.background = BackgroundLoad(
          times: [0, 3_000_000_000, 5_000_000_000], fractions: [0.1, 0.6, 0], periodNanoseconds: 8_000_000_000)
      }
    ),
    (
      "clocks",
      {
        $0.governor = ClockGovernor(
          levels: [
            .init(speed: 0.4, idleWatts: 1, busyWatts: 2), .init(speed: 0.7, idleWatts: 2, busyWatts: 4),
            .init(speed: 1, idleWatts: 2.7, busyWatts: 6.4),
          ], rampNanoseconds: 50_000_000, decayNanoseconds: 100_000_000)
      }
    ),
    (
      "heat",
      {
        $0.thermal = ThermalModel(
          kelvinPerWatt: 10, joulesPerKelvin: 0.3,
          steps: [.init(celsius: 60, speed: 0.8), .init(celsius: 65, speed: 0.5, busyWatts: 4)], hysteresisKelvin: 1)
      }
    ),
    (
      "power states",
      {
        $0.powerStates = PowerStates(
          sleepAfterNanoseconds: 400_000_000, shutdownNanoseconds: 100_000_000, shutdownWatts: 3, offWatts: 0.1,
          bootNanoseconds: 200_000_000, bootWatts: 5)
      }
    ),
  ]

  /// The ledger adds up whatever changes, alone and together: what is booked and unbooked is the integral of the power.
  @Test(arguments: schedulers, 0...changing.count)
  func ledgersAddUp(scheduler: Scheduler, which: Int) throws {
    var traits = MachineTraits()
    for (index, entry) in Self.changing.enumerated() where index == which || which == Self.changing.count {
      entry.change(&traits)
    }
    for servers in [1, 2] {
      func model(from start: Double, to end: Double) -> SystemModel {
        var model = Self.model(scheduler, servers: servers, traits: traits)
        model.warmupNanoseconds = Int64(start * 1e9)
        model.durationNanoseconds = Int64(end * 1e9)
        model.drains = end > 50
        return model
      }
      let (requests, result) = try model(from: 0, to: 400).recorded()
      #expect(requests.count == 360 && result.models[0].completed == 360)
      #expect(requests.allSatisfy { $0.parts == $0.latency })
      let booked = requests.reduce(0.0) { $0 + $1.totalJoules }
      let unbooked = result.nodes.reduce(0.0) { $0 + $1.unbookedJoules }
      let consumed = result.nodes.reduce(0.0) { $0 + $1.computeJoules + $1.radioJoules + $1.idleJoules }
      #expect(abs(booked + unbooked - consumed) <= 1e-9 * consumed)
      // Windows side by side consume what the whole does.
      func joules(_ from: Double, _ to: Double) throws -> [Double] {
        try Simulator(model(from: from, to: to)).run().nodes.map { $0.computeJoules + $0.radioJoules + $0.idleJoules }
      }
      let (whole, first, second) = try (joules(0, 100), joules(0, 30), joules(30, 100))
      for node in whole.indices { #expect(abs(first[node] + second[node] - whole[node]) <= 1e-7 * whole[node]) }
    }
  }

  /// The same dump twice.
  @Test func isDeterministic() throws {
    var traits = MachineTraits()
    for entry in Self.changing { entry.change(&traits) }
    let runs = try (0..<2).map { _ in try Self.model(.fifo, servers: 2, traits: traits).recorded().requests }
    #expect(zip(runs[0], runs[1]).allSatisfy { $0.completion == $1.completion && $0.totalJoules == $1.totalJoules })
  }
}

/// One machine that computes a chain of one layer, asked at given times.
enum LoneMachine {
  static func model(
    _ traits: MachineTraits, seconds: Double = 1, at times: [Double], scheduler: Scheduler = .fifo, servers: Int = 1,
    idle: Double = 2, busy: Double = 10, weightBytes: Int = 0, duration: Double = 1000
  ) -> SystemModel {
    var node = NodeModel(
      name: "device", role: .device, servers: servers, scheduler: scheduler, idleWatts: idle, busyWatts: busy)
    node.traits = traits
    return .chain(
      nodes: [node], layers: [ChainLayer([seconds], on: 0, weightBytes: weightBytes)],
      arrivals: .trace(nanoseconds: times.map { Int64(($0 * 1e9).rounded()) }), durationSeconds: duration)
  }

  static func energy(_ node: NodeTotals) -> Double { node.computeJoules + node.idleJoules }

  static func traits(_ change: (inout MachineTraits) -> Void) -> MachineTraits {
    var traits = MachineTraits()
    change(&traits)
    return traits
  }
}
