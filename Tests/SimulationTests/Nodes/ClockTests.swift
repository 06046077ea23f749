import Glibc
import Simulation
import Testing

/// Speeds that change while work is in progress, against times by hand.
struct ClockTests {
  static func latencies(_ model: SystemModel) throws -> [Double] {
    try model.recorded().requests.map { Double($0.latency) / 1e9 }
  }

  static func areClose(_ values: [Double], _ expected: [Double]) -> Bool {
    values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  /// A quarter is taken by others: 1 s takes 4/3 s; under sharing two at once take twice that.
  @Test func constantBackground() throws {
    let traits = LoneMachine.traits { $0.background = BackgroundLoad(fractions: [0.25]) }
    #expect(Self.areClose(try Self.latencies(LoneMachine.model(traits, at: [0])), [4 / 3.0]))
    #expect(
      Self.areClose(try Self.latencies(LoneMachine.model(traits, at: [0, 0], scheduler: .ps)), [8 / 3.0, 8 / 3.0]))
    // Others draw a quarter of the busy power all the time, the requests 3/4 of it while they compute.
    let node = try Simulator(LoneMachine.model(traits, at: [0], duration: 10)).run().nodes[0]
    #expect(abs(node.computeJoules - 0.75 * 10 * 4 / 3) < 1e-7)
    #expect(abs(node.idleJoules - (0.25 * 10 * 10 + 0.75 * 2 * (10 - 4 / 3.0))) < 1e-7)
  }

  /// Half from 0.5 s to 1 s, over and over: work goes on at the changed speed.
  @Test func backgroundOverTime() throws {
    let traits = LoneMachine.traits {
      $0.background = BackgroundLoad(times: [0, 500_000_000], fractions: [0, 0.5], periodNanoseconds: 1_000_000_000)
    }
    // 0.5 + 0.25 in the first second, 0.25 more; begun at 0.75: 0.125 + 0.5 + 0.25 + 0.125.
    #expect(Self.areClose(try Self.latencies(LoneMachine.model(traits, at: [0, 10.75])), [1.25, 1.375]))
  }

  static let governor = ClockGovernor(
    levels: [
      .init(speed: 0.25, idleWatts: 1, busyWatts: 2), .init(speed: 0.5, idleWatts: 1.5, busyWatts: 4),
      .init(speed: 1, idleWatts: 2, busyWatts: 10),
    ], rampNanoseconds: 400_000_000, decayNanoseconds: 2_000_000_000)

  /// 0.4 s at 1/4 and 0.4 s at 1/2 do 0.3 of the work; 0.7 s at full speed the rest.
  @Test func governorRampsAndDecays() throws {
    let traits = LoneMachine.traits { $0.governor = Self.governor }
    // The second finds the fastest level, the third one below it, the fourth the slowest.
    let model = LoneMachine.model(traits, at: [0, 2, 6, 20], duration: 30)
    // One below: 0.4 s at 1/2, then 0.8 s.
    let (requests, result) = try model.recorded()
    #expect(Self.areClose(requests.map { Double($0.latency) / 1e9 }, [1.5, 1, 1.2, 1.5]))
    let ramp = 0.4 * 2 + 0.4 * 4 + 0.7 * 10
    #expect(abs(requests[0].deviceComputeJoules - ramp) < 1e-9)
    // Idle: 0.5 s at the top; 3 to 5 at the top and 1 s below; from 7.2 2 s, 2 s, and the rest; from 21.5 again.
    let spans: [(seconds: Double, watts: Double)] = [
      (0.5, 2), (2, 2), (1, 1.5), (2, 2), (2, 1.5), (8.8, 1), (2, 2), (2, 1.5), (4.5, 1),
    ]
    let idle = spans.reduce(0) { $0 + $1.seconds * $1.watts }
    #expect(abs(result.nodes[0].idleJoules - idle) < 1e-9)
    #expect(abs(result.nodes[0].computeJoules - (2 * ramp + 10 + 0.4 * 4 + 0.8 * 10)) < 1e-9)
  }

  @Test func firstInference() throws {
    let traits = LoneMachine.traits { $0.firstInference = FirstInference(factor: 3, extraNanoseconds: 500_000_000) }
    #expect(Self.areClose(try Self.latencies(LoneMachine.model(traits, at: [0, 10])), [3.5, 1]))
  }

  /// T = 25 + 10 W x 5 K/W (1 - exp(-t / 100 s)) meets 60 degrees after 100 ln(50 / 15) s; half speed from then on.
  @Test func timeToThrottle() throws {
    let traits = LoneMachine.traits {
      $0.thermal = ThermalModel(
        kelvinPerWatt: 5, joulesPerKelvin: 20, steps: [.init(celsius: 60, speed: 0.5, busyWatts: 10)])
    }
    let crossing = 100 * log(50.0 / 15)
    // 30 K above ambient were reached at constant power from the start: idle takes 10 W as well.
    let model = LoneMachine.model(traits, seconds: 200, at: [0], idle: 10, duration: 1000)
    let (requests, result) = try model.recorded()
    #expect(abs(Double(requests[0].latency) / 1e9 - (crossing + 2 * (200 - crossing))) < 1e-6)
    let figures = result.nodes[0].machines
    #expect(abs((figures.throttledSeconds ?? 0) - (1000 - crossing)) < 1e-6)
    #expect(abs((figures.peakCelsius ?? 0) - (25 + 50 * (1 - exp(-10)))) < 1e-6)
  }

  /// A machine that is hot by its work and released when it has cooled: the limits are met again and again.
  @Test func throttlingIsReleased() throws {
    let traits = LoneMachine.traits {
      $0.thermal = ThermalModel(
        kelvinPerWatt: 5, joulesPerKelvin: 2, steps: [.init(celsius: 60, speed: 0.2, busyWatts: 4)], hysteresisKelvin: 5
      )
    }
    let (requests, result) = try LoneMachine.model(traits, seconds: 60, at: [0], idle: 1, duration: 300).recorded()
    // Between 55 and 60 degrees: up at 10 W towards 75, down at 4 W towards 45, tau = 10 s.
    let heats = 10 * log(20.0 / 15)
    let cools = 10 * log(15.0 / 10)
    let first = 10 * log(50.0 / 15)
    var (left, time, isHot) = (60 - first, first, true)
    while left > 0 {
      let (phase, speed) = isHot ? (cools, 0.2) : (heats, 1)
      let used = min(phase, left / speed)
      left -= used * speed
      time += used
      if used == phase { isHot.toggle() } else { break }
    }
    #expect(abs(Double(requests[0].latency) / 1e9 - time) < 1e-5)
    #expect((result.nodes[0].machines.throttledSeconds ?? 0) > 10)
    #expect(abs((result.nodes[0].machines.peakCelsius ?? 0) - 60) < 1e-6)
  }

  @Test func impossibleTraitsAreRefused() {
    let bad: [MachineTraits] = [
      LoneMachine.traits { $0.background = BackgroundLoad(fractions: [1]) },
      LoneMachine.traits { $0.background = BackgroundLoad(times: [1], fractions: [0]) },
      LoneMachine.traits { $0.thermal = ThermalModel(kelvinPerWatt: -1, joulesPerKelvin: 1) },
      LoneMachine.traits { $0.thermal = ThermalModel(kelvinPerWatt: 1e-6, joulesPerKelvin: 1) },
      LoneMachine.traits { $0.governor = ClockGovernor(levels: [], rampNanoseconds: 0, decayNanoseconds: 0) },
      LoneMachine.traits { $0.battery = Battery(joules: .nan) },
      LoneMachine.traits { $0.memory = ModelMemory(bytes: -1) },
      LoneMachine.traits { $0.powerStates = PowerStates(sleepAfterNanoseconds: -1, bootNanoseconds: 0, bootWatts: 0) },
    ]
    for traits in bad {
      #expect(throws: SimulationError.self) { try Simulator(LoneMachine.model(traits, at: [0])).run() }
    }
  }
}
