import Partitioning
import Simulation
import Testing

/// Weights that are loaded before their first use, and leave when others need the room.
struct ModelMemoryTests {
  /// Networks of 0.1 s with weights of the given sizes on one machine of 100 bytes that loads 1,000 bytes a second after
  /// 1 ms; each is asked for at its times.
  static func model(
    _ networks: [(bytes: Int, seconds: [Double])], memory: Int = 100, servers: Int = 1, scheduler: Scheduler = .fifo
  ) -> SystemModel {
    let traits = LoneMachine.traits {
      $0.memory = ModelMemory(bytes: memory, loadBytesPerSecond: 1000, loadOverheadNanoseconds: 1_000_000)
    }
    func chain(_ bytes: Int, _ seconds: [Double]) -> SystemModel {
      LoneMachine.model(
        traits, seconds: 0.1, at: seconds, scheduler: scheduler, servers: servers, weightBytes: bytes, duration: 100)
    }
    var model = chain(networks[0].bytes, networks[0].seconds)
    model.models = networks.indices.map { "network \($0)" }
    model.sources = networks.enumerated().map { index, network in
      var source = chain(network.bytes, network.seconds).sources[0]
      source.model = index
      return source
    }
    return model
  }

  static func latencies(_ model: SystemModel) throws -> [Double] {
    try model.recorded().requests.map { Double($0.latency) / 1e9 }
  }

  /// The first visit loads 40 bytes in 1 + 40 ms; the second finds them.
  @Test func coldStart() throws {
    let (requests, result) = try Self.model([(40, [0, 1])]).recorded()
    #expect(ClockTests.areClose(requests.map { Double($0.latency) / 1e9 }, [0.141, 0.1]))
    #expect(requests.map(\.coldStarts) == [1, 0] && requests[0].deviceQueue == 41_000_000)
    #expect(result.nodes[0].machines.coldStarts == 1 && result.nodes[0].requests == 2)
    #expect(abs(result.nodes[0].utilization - 0.241 / 100) < 1e-12)
  }

  /// 40 + 50 fit; 30 more drive out the 40, which was used before the 50; then 40 comes back for the 30.
  @Test func theLeastRecentlyUsedLeaves() throws {
    let model = Self.model([(40, [0, 2, 6]), (50, [1, 3, 5]), (30, [4])])
    #expect(ClockTests.areClose(try Self.latencies(model), [0.141, 0.151, 0.1, 0.1, 0.131, 0.1, 0.141]))
    let figures = try Simulator(model).run().nodes[0].machines
    #expect(figures.coldStarts == 4 && figures.evictions == 2)
  }

  /// Of a cycle that does not fit LRU keeps nothing: every visit is cold; with room for all each network is so once.
  @Test func cycles() throws {
    let networks = (0..<3).map { first in (40, (0..<20).map { Double(3 * $0 + first) }) }
    #expect(try Simulator(Self.model(networks)).run().nodes[0].machines.coldStarts == 60)
    #expect(try Simulator(Self.model(networks, memory: 120)).run().nodes[0].machines.coldStarts == 3)
  }

  /// Who comes while weights load waits for the same loading; two networks that do not fit together take turns.
  @Test(arguments: [Scheduler.fifo, .ps])
  func loadingIsShared(scheduler: Scheduler) throws {
    let together = Self.model([(40, [0, 0.01])], servers: 2, scheduler: scheduler)
    #expect(ClockTests.areClose(try Self.latencies(together), [0.141, 0.131]))
    let apart = Self.model([(60, [0]), (70, [0])], servers: 2, scheduler: scheduler)
    // 1 + 60 + 100 ms, then 1 + 70 + 100 ms.
    #expect(ClockTests.areClose(try Self.latencies(apart), [0.161, 0.332]))
  }

  @Test func whatDoesNotFitIsRefused() throws {
    #expect(throws: SimulationError.self) { try Simulator(Self.model([(101, [0])])).run() }
    do {
      _ = try Simulator(Self.model([(101, [0])])).run()
    } catch let error as SimulationError {
      let text = "\(error)"
      #expect(text.contains("'device'") && text.contains("100 bytes") && text.contains("101"))
    }
  }
}
