import Partitioning
import Simulation
import Testing

/// What is counted when: arrivals in [warm-up, duration), and then the drain.
struct WindowTests {
  /// Service of 2 s; arrivals every second from 0.5 s on, on servers enough.
  static func model(drains: Bool, warmup: Double = 0, deadline: Double? = nil) -> SystemModel {
    var model = SystemModel.chain(
      nodes: [NodeModel(name: "server", role: .edge, servers: 10, idleWatts: 1, busyWatts: 11)],
      layers: [ChainLayer([2], on: 0)], arrivals: .periodic(ratePerSecond: 1, phaseSeconds: 0.5),
      warmupSeconds: warmup, durationSeconds: 10, drains: drains)
    model.sources[0].deadlineNanoseconds = deadline.map { Int64($0 * 1e9) }
    return model
  }

  @Test func drainingFinishesWhatIsInFlight() throws {
    let (requests, result) = try Self.model(drains: true).recorded()
    #expect(requests.map(\.arrival) == (0..<10).map { 500_000_000 + $0 * 1_000_000_000 })
    #expect(requests.allSatisfy { $0.latency == 2_000_000_000 && $0.edgeCompute == 2_000_000_000 })
    #expect(result.models[0].completed == 10 && result.models[0].unfinished == 0)
    #expect(result.models[0].completionsInWindow == 8)
    #expect(result.endNanoseconds == 11_500_000_000)
    // Busy for 8 x 2 s, 1.5 s and 0.5 s of the ten seconds.
    #expect(abs(result.nodes[0].utilization - 0.18) < 1e-12)
    #expect(result.nodes[0].requests == 10)
  }

  @Test func withoutDrainingTheRestIsUnfinished() throws {
    let (requests, result) = try Self.model(drains: false, deadline: 1).recorded()
    #expect(result.models[0].completed == 8 && result.models[0].unfinished == 2)
    #expect(requests.suffix(2).map(\.latency) == [1_500_000_000, 500_000_000])
    #expect(requests.allSatisfy { $0.parts == $0.latency })
    #expect(result.models[0].deadlineMissed == 9)
    #expect(result.endNanoseconds == 10_000_000_000)
    #expect(abs(result.nodes[0].utilization - 0.18) < 1e-12)
  }

  @Test func warmupIsLeftOut() throws {
    let (requests, result) = try Self.model(drains: true, warmup: 4).recorded()
    #expect(requests.map(\.sequence) == Array(4..<10))
    #expect(result.models[0].requests == 6 && result.models[0].completionsInWindow == 6)
    #expect(result.nodes[0].requests == 6)
    #expect(abs(result.nodes[0].utilization - 0.2) < 1e-12)
  }

  @Test func stoppingKeepsWhatWasDone() throws {
    var model = Self.model(drains: true)
    model.sources[0].arrivals = .poisson(ratePerSecond: 1000)
    model.nodes[0].servers = 100_000
    model.durationNanoseconds = 1_000_000_000_000
    var turns = 0
    let result = try Simulator(model).run(shouldStop: {
      turns += 1
      return turns == 2
    })
    #expect(result.wasInterrupted && result.events == 131_072)
    #expect(result.models[0].requests == result.models[0].completed + result.models[0].unfinished)
    let seconds = Double(result.endNanoseconds) / 1e9
    #expect(abs(result.nodes[0].idleJoules / seconds - 0.98) < 0.01)
  }

  /// Bytes are those whose sending ended inside the window, utilisation is time.
  @Test func linksCountBytesAndTime() throws {
    let model = SystemModel.chain(
      nodes: [NodeModel(name: "device", role: .device, count: 2), NodeModel(name: "cloud", role: .cloud)],
      links: [.test(propagationSeconds: 0.1)], layers: [ChainLayer([0, 0.1], bytes: 500_000, on: 1)],
      inputBytes: 1_000_000, returnsResult: true, arrivals: .trace(nanoseconds: [0, 8_500_000_000]),
      durationSeconds: 10)
    let (requests, result) = try model.recorded()
    #expect(requests.count == 4)
    #expect(result.links[0].bytesUp == 4_000_000 && result.links[0].bytesDown == 1_000_000)
    #expect(abs(result.links[0].utilizationUp - 0.2) < 1e-12)
    // The first answers took 0.5 s; of the second, sent from 9.7 s on by one server, 0.3 s and 0.2 s were in time.
    #expect(abs(result.links[0].utilizationDown - (0.5 + 0.5 + 0.3 + 0.2) / 20) < 1e-9)
  }
}
