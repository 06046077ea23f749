import Partitioning
import Simulation
import Testing

/// Machines that sleep, boot and die, against joules by hand.
struct PowerStatesTests {
  /// Idle 2 W, busy 10 W; off after 5 s (1 s at 4 W), 0.5 W, boots in 3 s at 8 W.
  static func states(keepsMemory: Bool = false) -> PowerStates {
    PowerStates(
      sleepAfterNanoseconds: 5_000_000_000, shutdownNanoseconds: 1_000_000_000, shutdownWatts: 4, offWatts: 0.5,
      bootNanoseconds: 3_000_000_000, bootWatts: 8, keepsMemory: keepsMemory)
  }

  @Test func energyByHand() throws {
    let traits = LoneMachine.traits { $0.powerStates = Self.states() }
    let (requests, result) = try LoneMachine.model(traits, at: [1, 20], duration: 40).recorded()
    // 0-1 idle, 1-2 busy, 2-7 idle, 7-8 shutting down, 8-20 off, 20-23 booting, 23-24 busy, 24-29 idle, 29-30, 30-40 off.
    let expected = [2.0, 10, 10, 4, 6, 24, 10, 10, 4, 5].reduce(0, +)
    #expect(requests.map(\.latency) == [1_000_000_000, 4_000_000_000])
    #expect(requests[1].deviceQueue == 3_000_000_000)
    let node = result.nodes[0]
    #expect(abs(LoneMachine.energy(node) - expected) < 1e-9)
    #expect(node.machines.boots == 1 && node.machines.offSeconds == 22)
    // Who waits for the boot pays for it.
    #expect(abs(requests[1].waitJoules - 24) < 1e-9 && abs(requests[1].deviceComputeJoules - 10) < 1e-9)
  }

  /// Work that comes while it shuts down waits for the rest of that, and for the boot.
  @Test func workDuringShutdown() throws {
    let traits = LoneMachine.traits { $0.powerStates = Self.states() }
    let (requests, _) = try LoneMachine.model(traits, at: [5.25], duration: 40).recorded()
    #expect(requests[0].latency == 4_750_000_000)
  }

  @Test(arguments: [true, false])
  func memoryMayBeLost(keepsMemory: Bool) throws {
    let traits = LoneMachine.traits {
      $0.powerStates = Self.states(keepsMemory: keepsMemory)
      $0.memory = ModelMemory(bytes: 100, loadBytesPerSecond: 100)
    }
    let result = try Simulator(LoneMachine.model(traits, at: [0, 30], weightBytes: 50, duration: 40)).run()
    #expect(result.nodes[0].machines.coldStarts == (keepsMemory ? 1 : 2))
  }
}

struct BatteryTests {
  /// 100 J at 2 W idle and 10 W busy: 5 s of work a second apart take 50 J, their gaps 10 J, and 20 s of idling the rest.
  @Test func lifetimeByHand() throws {
    let traits = LoneMachine.traits { $0.battery = Battery(joules: 100) }
    let (requests, result) = try LoneMachine.model(traits, at: [0, 2, 4, 6, 8, 50], duration: 100).recorded()
    #expect(requests.map(\.outcome) == [.completed, .completed, .completed, .completed, .completed, .depleted])
    let node = result.nodes[0]
    #expect(abs((node.machines.firstEmptySeconds ?? 0) - (10 + 40 / 2.0)) < 1e-9)
    #expect(node.machines.batteriesEmpty == 1 && node.machines.batteryLeftJoules == 0)
    #expect(abs(LoneMachine.energy(node) - 100) < 1e-9 && result.models[0].depleted == 1)
  }

  /// It stops in the middle of the third request; the one that waits ends as well, and has paid nothing.
  @Test(arguments: [Scheduler.fifo, .edf, .batch(maximum: 1, timeoutNanoseconds: 0)])
  func deathEndsRequests(scheduler: Scheduler) throws {
    let traits = LoneMachine.traits { $0.battery = Battery(joules: 25) }
    let (requests, result) = try LoneMachine.model(traits, at: [0, 0, 0, 0, 5], scheduler: scheduler).recorded()
    #expect(requests.map(\.outcome) == [.completed, .completed, .depleted, .depleted, .depleted])
    #expect(requests.map(\.latency) == [1_000_000_000, 2_000_000_000, 2_500_000_000, 2_500_000_000, 0])
    #expect(requests.allSatisfy { $0.parts == $0.latency })
    #expect(abs(requests[2].deviceJoules - 5) < 1e-9 && requests[3].deviceJoules == 0)
    #expect(abs(LoneMachine.energy(result.nodes[0]) - 25) < 1e-9)
    #expect(result.models[0].depleted == 3)
  }

  @Test func sharingDies() throws {
    let traits = LoneMachine.traits { $0.battery = Battery(joules: 15) }
    let (requests, result) = try LoneMachine.model(traits, at: [0, 0], scheduler: .ps).recorded()
    #expect(requests.allSatisfy { $0.outcome == .depleted && $0.latency == 1_500_000_000 && $0.parts == $0.latency })
    #expect(abs(LoneMachine.energy(result.nodes[0]) - 15) < 1e-9)
  }

  /// The radio drinks from the battery too: what it used is the node's energy.
  @Test func radioIsPaid() throws {
    var model = EnergyLedgerTests.model(
      .init(scheduler: .fifo, sharing: .fair, isShared: false, radio: .testRadio, servers: 1),
      arrivals: EnergyLedgerTests.burst, durationSeconds: 400)
    model.nodes[0].traits.battery = Battery(joules: 1e5)
    let device = try Simulator(model).run().nodes[0]
    let used = device.machines.batteryUsedJoules ?? 0
    let energy = device.computeJoules + device.radioJoules + device.idleJoules
    #expect(abs(used - energy) < 1e-6 * energy)
  }

  /// A device that is dead sends nothing, and its clients ask no more.
  @Test(arguments: [RadioPower.none, .testRadio])
  func deadDevicesAreSilent(radio: RadioPower) throws {
    var model = EnergyLedgerTests.model(
      .init(scheduler: .fifo, sharing: .fair, isShared: false, radio: radio, servers: 1),
      arrivals: .closed(clients: 2, thinkSeconds: 0, exponential: false), durationSeconds: 400)
    model.nodes[0].traits.battery = Battery(joules: 200)
    let (requests, result) = try model.recorded()
    let device = result.nodes[0]
    let death = device.machines.firstEmptySeconds ?? .infinity
    #expect(death < 70 && device.machines.batteriesEmpty == 3)
    // A message that is being sent when the battery is empty is still sent.
    let last = requests.map { Double($0.completion) / 1e9 }.max() ?? 0
    #expect(last < 80 && requests.filter { $0.outcome == .depleted }.count <= 6)
    #expect(requests.allSatisfy { $0.parts == $0.latency })
    let energy = device.computeJoules + device.radioJoules + device.idleJoules
    #expect(energy < 3 * 200 + 3 && energy > 3 * 200 - 1)
  }
}
