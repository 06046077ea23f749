import Partitioning
import Simulation
import Testing

/// Arrivals in batches, arrivals whose rate goes up and down, and loadgen's scenarios.
struct LoadScenarioTests {
  static func model(
    _ arrivals: Arrivals, requestsPerArrival: Int = 1, load: LoadScenario? = nil, service: Double = 0.1,
    servers: Int = 1, variation: ServiceVariation = .none, replication: Int = 0, durationSeconds: Double = 100
  ) -> SystemModel {
    var model = SystemModel.chain(
      nodes: [NodeModel(name: "server", role: .device, servers: servers, variation: variation)],
      layers: [ChainLayer([service], on: 0)], arrivals: arrivals, replication: replication,
      durationSeconds: durationSeconds)
    model.sources[0].requestsPerArrival = requestsPerArrival
    model.sources[0].load = load
    return model
  }

  static let stream = Arrivals.closed(clients: 1, thinkSeconds: 0, exponential: false)

  /// 0.1 s each, one after another; the last begins before 100 s.
  @Test func singleStream() throws {
    let load = try #require(try Simulator(Self.model(Self.stream, load: .singleStream)).run().loads.first)
    #expect(load.queries == 1000 && load.latencyNanoseconds == 100_000_000)
    #expect(abs((load.samplesPerSecond ?? 0) - 9.99) < 1e-9)
  }

  /// Two servers take the eight samples of a query in four turns of 0.1 s.
  @Test func multiStream() throws {
    let model = Self.model(Self.stream, requestsPerArrival: 8, load: .multiStream, servers: 2)
    let (requests, result) = try model.recorded()
    #expect(result.loads[0].queries == 250 && result.loads[0].latencyNanoseconds == 400_000_000)
    #expect(requests.count == 2000 && requests[8].arrival == 400_000_000)
  }

  /// All at once: (n - 1) / the last answer.
  @Test func offline() throws {
    let model = Self.model(.trace(nanoseconds: [0]), requestsPerArrival: 500, load: .offline, servers: 4)
    let load = try Simulator(model).run().loads[0]
    #expect(load.latencyNanoseconds == nil && abs((load.samplesPerSecond ?? 0) - 499 / 12.5) < 1e-9)
  }

  /// The percentile is the latency at position floor(n p), whatever the order of completion.
  @Test func server() throws {
    let model = Self.model(.poisson(ratePerSecond: 7), load: .server, variation: .exponential)
    let (requests, result) = try model.recorded()
    let latencies = requests.map(\.latency).sorted()
    #expect(result.loads[0].latencyNanoseconds == latencies[Int(Double(latencies.count) * 0.99)])
    #expect(result.loads[0].queries == requests.count)
  }

  /// Batches of b at a Poisson rate l to one server of constant service s: each waits as in M/D/1 for the batches before,
  /// rho b s / (2 (1 - rho)) with rho = l b s, and for (b - 1) / 2 services of its own batch.
  @Test func batchesOfArrivals() throws {
    let (rate, size, service) = (2.0, 3, 0.1)
    let means = try (0..<ConfidenceInterval.replications).map { replication in
      let model = Self.model(
        .poisson(ratePerSecond: rate), requestsPerArrival: size, service: service, replication: replication,
        durationSeconds: 2000)
      return try Simulator(model).run().models[0].latencyMeanNanoseconds / 1e9
    }
    let whole = Double(size) * service
    let rho = rate * whole
    let wait = rho * whole / (2 * (1 - rho))
    let interval = ConfidenceInterval(of: means)
    #expect(interval.contains(wait + Double(size + 1) / 2 * service) && interval.isWithin(0.06))
  }

  /// The mean number in each quarter of the period is the integral of the rate.
  @Test func diurnalRates() throws {
    let arrivals = Arrivals.diurnal(meanPerSecond: 50, amplitude: 0.8, periodSeconds: 100, phase: 0)
    let requests = try Self.model(arrivals, service: 1e-6, durationSeconds: 2000).recorded().requests
    var counts = [0, 0, 0, 0]
    for request in requests { counts[Int(request.arrival / 25_000_000_000) % 4] += 1 }
    for quarter in 0..<4 {
      let rises = quarter < 2 ? 1.0 : -1
      let expected = 20 * 50 * (25 + rises * 0.8 * 100 / (2 * Double.pi))
      #expect(abs(Double(counts[quarter]) - expected) < 4 * expected.squareRoot())
    }
  }
}
