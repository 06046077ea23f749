import Partitioning
import Simulation
import Testing

/// Lines that are not served in the order of arrival.
struct PriorityTests {
  /// One server, and a source of requests of 0.1 s each for every entry.
  static func model(
    _ scheduler: Scheduler, _ sources: [(arrivals: Arrivals, priority: Int, deadline: Double?)],
    variation: ServiceVariation = .none, queueLimit: Int? = nil, replication: Int = 0, durationSeconds: Double,
    warmupSeconds: Double = 0
  ) -> SystemModel {
    var model = SystemModel.chain(
      nodes: [
        NodeModel(
          name: "server", role: .device, scheduler: scheduler, queueLimit: queueLimit, variation: variation)
      ], layers: [ChainLayer([0.1], on: 0)], arrivals: sources[0].arrivals, replication: replication,
      warmupSeconds: warmupSeconds, durationSeconds: durationSeconds)
    let template = model.sources[0]
    model.models = sources.indices.map { "class \($0)" }
    model.sources = sources.enumerated().map { index, entry in
      var source = template
      source.model = index
      source.arrivals = entry.arrivals
      source.priority = entry.priority
      source.deadlineNanoseconds = entry.deadline.map { Int64($0 * 1e9) }
      return source
    }
    return model
  }

  static func at(_ seconds: Double...) -> Arrivals { .trace(nanoseconds: seconds.map { Int64($0 * 1e9) }) }

  static func completions(_ model: SystemModel) throws -> [Double] {
    try model.recorded().requests.map { Double($0.completion) / 1e9 }
  }

  /// The second and third come during the first's service; the third is more urgent but interrupts nobody.
  @Test func largerPriorityFirst() throws {
    let model = Self.model(
      .priority, [(Self.at(0, 0.01), -1, nil), (Self.at(0.02), 5, nil), (Self.at(0.03), 0, nil)], durationSeconds: 1)
    #expect(try Self.completions(model) == [0.1, 0.4, 0.2, 0.3])
  }

  /// Due at 1.01, at 0.52 and never: the second begins first, the last has no deadline.
  @Test func earliestDeadlineFirst() throws {
    let model = Self.model(
      .edf, [(Self.at(0, 0.005), 0, nil), (Self.at(0.01), 0, 1), (Self.at(0.02), 0, 0.5)], durationSeconds: 1)
    #expect(try Self.completions(model) == [0.1, 0.4, 0.3, 0.2])
  }

  /// Under one relative deadline the earliest deadline is the earliest arrival.
  @Test func equalDeadlinesAreFirstComeFirstServed() throws {
    func run(_ scheduler: Scheduler) throws -> [Double] {
      try Self.completions(
        Self.model(scheduler, [(.poisson(ratePerSecond: 9), 3, 0.4)], variation: .exponential, durationSeconds: 200))
    }
    let fifo = try run(.fifo)
    #expect(fifo.count > 1000)
    #expect(try run(.edf) == fifo)
    #expect(try run(.priority) == fifo)
  }

  /// Cobham: the wait of class k is R / ((1 - s(k-1)) (1 - s(k))), R the mean rest of service, s(k) the load of classes 1...k.
  @Test func meanWaitsOfTwoClasses() throws {
    let rates = [3.0, 5.0]
    var waits: [[Double]] = [[], []]
    for replication in 0..<ConfidenceInterval.replications {
      let model = Self.model(
        .priority, [(.poisson(ratePerSecond: rates[0]), 1, nil), (.poisson(ratePerSecond: rates[1]), 0, nil)],
        variation: .exponential, replication: replication, durationSeconds: 2200, warmupSeconds: 200)
      let result = try Simulator(model).run()
      for index in 0..<2 {
        let totals = result.models[index]
        waits[index].append(Double(totals.sums.deviceQueue) / Double(totals.completed) / 1e9)
      }
    }
    // The second moment of an exponential is twice the square of its mean.
    let rest = (rates[0] + rates[1]) * 2 * 0.01 / 2
    let expected = [rest / (1 - 0.3), rest / ((1 - 0.3) * (1 - 0.8))]
    for index in 0..<2 {
      let interval = ConfidenceInterval(of: waits[index])
      #expect(interval.contains(expected[index]) && interval.isWithin(0.12))
    }
  }

  /// M/M/1/K turns away (1 - rho) rho^K / (1 - rho^(K+1)) of all, K the room with the server's place.
  @Test(arguments: [Scheduler.fifo, .ps, .priority])
  func boundedQueueDrops(scheduler: Scheduler) throws {
    let (load, room) = (0.9, 4)
    let shares = try (0..<ConfidenceInterval.replications).map { replication in
      let model = Self.model(
        scheduler, [(.poisson(ratePerSecond: 10 * load), 0, nil)], variation: .exponential, queueLimit: room - 1,
        replication: replication, durationSeconds: 2100, warmupSeconds: 100)
      let totals = try Simulator(model).run().models[0]
      #expect(totals.requests == totals.completed + totals.dropped)
      return Double(totals.dropped) / Double(totals.requests)
    }
    func power(_ n: Int) -> Double { (0..<n).reduce(1.0) { product, _ in product * load } }
    let expected = (1 - load) * power(room) / (1 - power(room + 1))
    let interval = ConfidenceInterval(of: shares)
    #expect(interval.contains(expected) && interval.isWithin(0.12))
  }

  @Test func droppedRequestsAreRecorded() throws {
    let model = Self.model(.fifo, [(Self.at(0, 0.01, 0.02, 0.15), 0, 0.5)], queueLimit: 1, durationSeconds: 1)
    let (requests, result) = try model.recorded()
    #expect(requests.map(\.outcome) == [.completed, .completed, .dropped, .completed])
    #expect(result.models[0].dropped == 1 && result.models[0].completed == 3)
    #expect(requests[2].completion == requests[2].arrival)
  }

  /// Without think time a client would come back at once and for ever.
  @Test func clientsThatAreTurnedAwayAtOnce() {
    let model = Self.model(
      .fifo, [(.closed(clients: 3, thinkSeconds: 0, exponential: false), 0, nil)], queueLimit: 0, durationSeconds: 1)
    #expect(throws: SimulationError.self) { try Simulator(model).run() }
  }
}
