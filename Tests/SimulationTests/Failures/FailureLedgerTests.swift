import Partitioning
import RandomStreams
import Simulation
import Testing

/// Everything that can go wrong at once: the accounts still add up, and every request ends.
struct FailureLedgerTests {
  static let changes: [(name: String, change: @Sendable (inout SystemModel) -> Void)] = [
    ("loss", { $0.links[0].loss = MessageLoss(perMessage: 0.2) }),
    ("packets", { $0.links[1].loss = MessageLoss(perPacket: 0.01) }),
    (
      "pausing outages",
      { $0.links[0].randomOutages = RandomOutages(meanUpNanoseconds: 2e9, meanDownNanoseconds: 5e8) }
    ),
    (
      "losing outages",
      {
        $0.links[0].randomOutages = RandomOutages(meanUpNanoseconds: 2e9, meanDownNanoseconds: 5e8)
        $0.links[0].losesInOutages = true
      }
    ),
    ("machines", { $0.nodes[1].randomOutages = RandomOutages(meanUpNanoseconds: 3e9, meanDownNanoseconds: 1e9) }),
    ("devices", { $0.nodes[0].randomOutages = RandomOutages(meanUpNanoseconds: 3e9, meanDownNanoseconds: 3e8) }),
    ("timeouts", { $0.sources[0].recovery?.timeoutNanoseconds = 150_000_000 }),
    (
      "energy",
      {
        $0.links[1].loss = MessageLoss(perMessage: 0.1)
        let hop = $0.links[0].hop
        $0.links[0].hop = PlacementProblem.Hop(
          uplinkBitsPerSecond: hop.uplinkBitsPerSecond, downlinkBitsPerSecond: hop.downlinkBitsPerSecond,
          propagationNanoseconds: hop.propagationNanoseconds,
          energy: LinkEnergy(uplinkJoulesPerBit: 1e-6, downlinkJoulesPerBit: 2e-6, joulesPerMessage: 0.01))
      }
    ),
  ]

  static let settings: [EnergyLedgerTests.Setting] = EnergyLedgerTests.schedulers.flatMap { scheduler in
    [LinkModel.Sharing.fair, .fifo, .wifi].flatMap { sharing in
      [RadioPower.none, .testRadio].map { radio in
        .init(scheduler: scheduler, sharing: sharing, isShared: true, radio: radio, servers: 1)
      }
    }
  }

  static func model(_ setting: EnergyLedgerTests.Setting, _ index: Int, transport: Transport = .ideal) -> SystemModel {
    var model = EnergyLedgerTests.model(setting, arrivals: EnergyLedgerTests.burst, durationSeconds: 800)
    if setting.sharing == .wifi {
      model.links[0].medium = AirtimeMedium(stationBitsPerSecond: [6e6, 2e6])
      model.links[1].isShared = true
      model.links[1].medium = AirtimeMedium(
        fairness: .airtime, totals: [.init(clients: 1, bitsPerSecond: 50e6), .init(clients: 3, bitsPerSecond: 80e6)])
    }
    model.sources[0].recovery = Recovery(
      timeoutNanoseconds: 2_000_000_000, retries: 2, backoffNanoseconds: 50_000_000, backoffJitter: 0.5,
      fallback: .remaining)
    if transport != .ideal { model.links[0].hop = model.links[0].hop.with(transport) }
    changes[index].change(&model)
    return model
  }

  @Test(arguments: changes.indices, settings)
  func accountsAddUp(index: Int, setting: EnergyLedgerTests.Setting) throws {
    try Self.check(Self.model(setting, index), Self.changes[index].name)
  }

  @Test(arguments: changes.indices, [Transport.tcp(initialWindow: 4, segmentBytes: 1460), .lv08])
  func accountsAddUpUnderTransports(index: Int, transport: Transport) throws {
    for sharing in [LinkModel.Sharing.fair, .fifo] {
      let setting = EnergyLedgerTests.Setting(
        scheduler: .fifo, sharing: sharing, isShared: false, radio: .testRadio, servers: 2)
      // A hop's energy is set on ideal hops only.
      if Self.changes[index].name == "energy" { continue }
      try Self.check(Self.model(setting, index, transport: transport), Self.changes[index].name)
    }
  }

  /// Windows side by side consume what the whole does, whatever fails at their borders; a run that stops counts everybody.
  @Test(arguments: changes.indices, [LinkModel.Sharing.fair, .fifo, .wifi])
  func windowsAddUp(index: Int, sharing: LinkModel.Sharing) throws {
    for radio in [RadioPower.none, .testRadio] {
      let setting = EnergyLedgerTests.Setting(
        scheduler: .fifo, sharing: sharing, isShared: true, radio: radio, servers: 2)
      func joules(_ start: Double, _ end: Double) throws -> [Double] {
        var model = Self.model(setting, index)
        model.warmupNanoseconds = Int64(start * 1e9)
        model.durationNanoseconds = Int64(end * 1e9)
        model.drains = end > 200
        let result = try Simulator(model).run()
        let totals = result.models[0]
        let failed = totals.dropped + totals.unfinished + totals.extras.timedOut + totals.extras.lost
        #expect(totals.requests == totals.completed + failed)
        return result.nodes.map { $0.computeJoules + $0.radioJoules + $0.idleJoules } + result.links.map(\.joules)
          + result.links.map(\.utilizationUp).map { $0 * (end - start) }
          + result.links.map { ($0.availability ?? 0) * (end - start) }
      }
      let (whole, first, second) = try (joules(0, 400), joules(0, 30), joules(30, 400))
      for part in whole.indices {
        #expect(
          abs(first[part] + second[part] - whole[part]) <= 1e-7 * max(1, whole[part]),
          "\(Self.changes[index].name) \(part)")
      }
    }
  }

  static func check(_ model: SystemModel, _ name: String) throws {
    let (requests, extras, result) = try model.withExtras()
    #expect(requests.count == 360 && requests.allSatisfy { $0.outcome != .unfinished }, "\(name)")
    #expect(result.models[0].completed > 0 && extras.count == 360)
    let booked = requests.reduce(0.0) { $0 + $1.totalJoules }
    let unbooked = result.nodes.reduce(0.0) { $0 + $1.unbookedJoules }
    let consumed = result.nodes.reduce(0.0) { $0 + $1.computeJoules + $1.radioJoules + $1.idleJoules }
    #expect(abs(booked + unbooked - consumed) <= 1e-8 * consumed, "\(name)")
    let links = result.links.reduce(0.0) { $0 + $1.joules }
    #expect(abs(extras.reduce(0.0) { $0 + $1.linkJoules } - links) <= 1e-9 * max(1, links), "\(name)")
    #expect(result.links[0].bytesUp == requests.reduce(0) { $0 + $1.bytesUp }, "\(name)")
    #expect(result.links[0].bytesDown == requests.reduce(0) { $0 + $1.bytesDown }, "\(name)")
    let wrong = zip(requests, extras).filter { request, extra in
      let partsFit = !request.outcome.isAnswered || request.parts + extra.retry == request.latency
      let joulesFit =
        extra.wastedJoules >= -1e-12 && extra.wastedJoules <= request.totalJoules + extra.linkJoules + 1e-9
      let bytesFit = extra.wasted >= 0 && extra.wastedBytes <= request.bytesUp + request.bytesDown
      let fits = request.sequence == extra.sequence && (request.outcome != .fellBack || extra.attempts == 3)
      return !(partsFit && joulesFit && bytesFit && fits)
    }
    #expect(wrong.isEmpty, "\(name): \(String(describing: wrong.first))")
    #expect(extras.contains { $0.attempts > 1 } || name == "devices", "\(name)")
    // The same again.
    let again = try model.withExtras()
    #expect(
      zip(requests, again.requests).allSatisfy { $0.completion == $1.completion && $0.totalJoules == $1.totalJoules })
  }
}
