import Partitioning
import Simulation
import Testing

/// Batches: when they start, how long they take, and what they cost.
struct BatchTests {
  /// A server whose batch of n takes 40 + 10 n milliseconds.
  static func model(
    _ arrivals: Arrivals, maximum: Int = 4, timeout: Double = 0, servers: Int = 1, fixed: Double = 40,
    perItem: Double = 10, variation: ServiceVariation = .none, queueLimit: Int? = nil, replication: Int = 0,
    durationSeconds: Double = 10, warmupSeconds: Double = 0
  ) -> SystemModel {
    .chain(
      nodes: [
        NodeModel(
          name: "server", role: .device, servers: servers,
          scheduler: .batch(maximum: maximum, timeoutNanoseconds: Int64(timeout * 1e6)), queueLimit: queueLimit,
          variation: variation, idleWatts: 10, busyWatts: 30)
      ],
      layers: [
        ChainLayer([1], on: 0, batch: BatchCost(overhead: fixed * 1e6, arithmeticPerItem: perItem * 1e6))
      ], arrivals: arrivals, replication: replication, warmupSeconds: warmupSeconds, durationSeconds: durationSeconds)
  }

  static func at(_ milliseconds: Double...) -> Arrivals { .trace(nanoseconds: milliseconds.map { Int64($0 * 1e6) }) }

  static func completions(_ model: SystemModel) throws -> [Double] {
    try model.recorded().requests.map { Double($0.completion) / 1e6 }
  }

  /// Without a timeout whoever waits goes: one alone, then the three that came meanwhile, then the fifth.
  @Test func takesWhoeverWaits() throws {
    #expect(try Self.completions(Self.model(Self.at(0, 10, 20, 49, 60))) == [50, 120, 120, 120, 170])
  }

  /// The oldest waits 25 ms for others; two more come, and a fourth fills the next batch before its time.
  @Test func waitsForTheOldest() throws {
    let model = Self.model(Self.at(0, 10, 20, 100, 101, 102, 103), timeout: 25)
    #expect(try Self.completions(model) == [95, 95, 95, 183, 183, 183, 183])
  }

  /// A fourth request goes with the next batch, for which the timeout has run since its arrival.
  @Test func theRestWaitsForTheServer() throws {
    let model = Self.model(Self.at(0, 1, 2, 3, 4), maximum: 3, timeout: 200)
    #expect(try Self.completions(model) == [72, 72, 72, 263, 263])
    let two = Self.model(Self.at(0, 1, 2, 3, 4, 5), maximum: 3, timeout: 200, servers: 2)
    #expect(try Self.completions(two) == [72, 72, 72, 75, 75, 75])
  }

  /// A batch is one service: its joules go to its requests in equal parts, its time is counted once.
  @Test func energyIsShared() throws {
    let (requests, result) = try Self.model(Self.at(0, 10, 20), timeout: 25).recorded()
    let node = result.nodes[0]
    // 70 ms from 25 ms on.
    #expect(abs(node.utilization - 0.007) < 1e-12 && node.requests == 3)
    let booked = requests.reduce(0) { $0 + $1.deviceJoules }
    #expect(abs(booked + node.unbookedJoules - node.computeJoules - node.idleJoules) < 1e-9)
    for request in requests { #expect(abs(request.deviceComputeJoules - 30 * 0.07 / 3) < 1e-12) }
    #expect(requests.allSatisfy { $0.parts == $0.latency })
  }

  @Test func boundedQueue() throws {
    let model = Self.model(Self.at(0, 1, 2, 3, 4), maximum: 2, timeout: 0, queueLimit: 2)
    #expect(try model.recorded().requests.map(\.outcome) == [.completed, .completed, .completed, .dropped, .dropped])
  }

  /// Two networks never share a batch.
  @Test func networksApart() throws {
    var model = Self.model(Self.at(0, 10), timeout: 25)
    var other = model.sources[0]
    other.model = 1
    other.arrivals = Self.at(5, 12)
    model.models.append("other")
    model.sources.append(other)
    // Requests at 0, 5, 10, 12: {0, 10} from 25 to 85, then {5, 12}.
    #expect(try Self.completions(model) == [85, 145, 85, 145])
  }

  /// With room for all, exponential batches and no timeout: who finds the server busy waits for the rest of a service.
  ///
  /// A service is followed by another at once if anybody came meanwhile, else by an idle time of mean 1 / lambda; so the
  /// server is busy for s / (s + (1 / lambda) / (1 + lambda s)) of the time, and the mean latency is s (1 + busy).
  /// Source: the bulk queue of Bailey, JRSS B 1954, with no limit on the bulk.
  @Test func unlimitedBatches() throws {
    let (rate, service) = (15.0, 0.1)
    let means = try (0..<ConfidenceInterval.replications).map { replication in
      try Simulator(
        Self.model(
          .poisson(ratePerSecond: rate), maximum: 1024, fixed: service * 1e3, perItem: 0, variation: .exponential,
          replication: replication, durationSeconds: 2100, warmupSeconds: 100)
      ).run().models[0].latencyMeanNanoseconds / 1e9
    }
    let busy = service / (service + 1 / rate / (1 + rate * service))
    let interval = ConfidenceInterval(of: means)
    #expect(interval.contains(service * (1 + busy)) && interval.isWithin(0.03))
  }

  /// A layer under a profile reads its weights once.
  @Test func batchCostOfAProfile() {
    let cost = BatchCost(overhead: 5, arithmeticPerItem: 10, fixedTraffic: 100, trafficPerItem: 1)
    #expect([1, 10, 100].map { cost.nanoseconds(items: $0) } == [106, 115, 1005])
  }
}
