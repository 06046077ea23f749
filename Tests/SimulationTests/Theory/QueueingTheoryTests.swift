import Partitioning
import Simulation
import Testing

/// Means of simulated queues against their closed forms, seeded, with 99.9 % confidence intervals.
struct QueueingTheoryTests {
  static let warmup = 500.0
  static let duration = 5500.0

  /// Mean seconds from arrival to end over replications of one station with service of `service` seconds.
  static func meanLatency(
    rate: Double, service: Double, servers: Int = 1, scheduler: NodeModel.Scheduler = .fifo,
    variation: ServiceVariation
  ) throws -> ConfidenceInterval {
    let node = NodeModel(name: "server", role: .device, servers: servers, scheduler: scheduler, variation: variation)
    return try means { replication in
      SystemModel.chain(
        nodes: [node], layers: [ChainLayer([service], on: 0)], arrivals: .poisson(ratePerSecond: rate),
        replication: replication, warmupSeconds: warmup, durationSeconds: duration)
    }
  }

  static func means(_ model: (Int) -> SystemModel) throws -> ConfidenceInterval {
    try ConfidenceInterval(
      of: (0..<ConfidenceInterval.replications).map { replication in
        try Simulator(model(replication)).run().models[0].latencyMeanNanoseconds / 1e9
      })
  }

  /// M/M/1: 1 / (mu - lambda).
  @Test(arguments: [3.0, 6, 8])
  func meanLatencyOfMM1(lambda: Double) throws {
    let interval = try Self.meanLatency(rate: lambda, service: 0.1, variation: .exponential)
    #expect(interval.contains(1 / (10 - lambda)) && interval.isWithin(0.06))
  }

  /// M/D/1 (Pollaczek-Khinchine): s + rho s / (2 (1 - rho)).
  @Test(arguments: [3.0, 8])
  func meanLatencyOfMD1(lambda: Double) throws {
    let interval = try Self.meanLatency(rate: lambda, service: 0.1, variation: .none)
    let rho = lambda * 0.1
    #expect(interval.contains(0.1 + rho * 0.1 / (2 * (1 - rho))) && interval.isWithin(0.03))
  }

  /// M/G/1 (Pollaczek-Khinchine): s + rho s (1 + cv^2) / (2 (1 - rho)).
  @Test(arguments: [ServiceVariation.lognormal(cv: 0.5), .gamma(cv: 2)])
  func meanLatencyOfMG1(variation: ServiceVariation) throws {
    let cv = if case .gamma(let cv) = variation { cv } else { 0.5 }
    let interval = try Self.meanLatency(rate: 6, service: 0.1, variation: variation)
    #expect(interval.contains(0.1 + 0.6 * 0.1 * (1 + cv * cv) / (2 * 0.4)) && interval.isWithin(0.08))
  }

  /// M/M/c (Erlang C): s + C(c, a) s / (c - a).
  @Test(arguments: [2, 4])
  func meanLatencyOfMMc(servers: Int) throws {
    let load = 0.8 * Double(servers)
    let interval = try Self.meanLatency(rate: load / 0.1, service: 0.1, servers: servers, variation: .exponential)
    var term = 1.0
    var sum = 0.0
    for k in 0..<servers {
      sum += term
      term *= load / Double(k + 1)
    }
    let last = term / (1 - load / Double(servers))
    #expect(interval.contains(0.1 + last / (sum + last) * 0.1 / (Double(servers) - load)) && interval.isWithin(0.05))
  }

  /// M/G/1-PS depends on the mean of the service alone: s / (1 - rho).
  @Test(arguments: [ServiceVariation.none, .exponential, .gamma(cv: 2)])
  func processorSharingIsInsensitive(variation: ServiceVariation) throws {
    let interval = try Self.meanLatency(rate: 7, service: 0.1, scheduler: .ps, variation: variation)
    #expect(interval.contains(0.1 / 0.3) && interval.isWithin(0.06))
  }

  /// With as many servers as jobs, sharing is no sharing.
  @Test func processorSharingWithServersToSpare() throws {
    let interval = try Self.meanLatency(rate: 7, service: 0.1, servers: 100, scheduler: .ps, variation: .exponential)
    #expect(interval.contains(0.1) && interval.isWithin(0.02))
  }

  /// M/M/c-PS has the same number of jobs as M/M/c, so the same mean.
  @Test func sharedServersAreLikeErlangs() throws {
    let interval = try Self.meanLatency(rate: 16, service: 0.1, servers: 2, scheduler: .ps, variation: .exponential)
    #expect(interval.contains(0.1 / (1 - 0.64)) && interval.isWithin(0.05))
  }

  /// A tandem of M/M/1 queues, where what leaves one is Poisson again (Burke): the sum of 1 / (mu - lambda).
  @Test func tandemOfMM1() throws {
    let interval = try Self.means { replication in
      SystemModel.chain(
        nodes: [
          NodeModel(name: "device", role: .device, variation: .exponential),
          NodeModel(name: "cloud", role: .cloud, variation: .exponential),
        ], links: [.test(upMbps: 8e6)], layers: [ChainLayer([0.1, 0], on: 0), ChainLayer([0, 0.12], on: 1)],
        arrivals: .poisson(ratePerSecond: 6), replication: replication, warmupSeconds: Self.warmup,
        durationSeconds: Self.duration)
    }
    #expect(interval.contains(1 / (10 - 6.0) + 1 / (1 / 0.12 - 6)) && interval.isWithin(0.06))
  }

  /// Transfers of equal size over one link, and the rest of the request takes no time.
  static func link(_ sharing: LinkModel.Sharing) throws -> ConfidenceInterval {
    try means { replication in
      SystemModel.chain(
        nodes: [NodeModel(name: "device", role: .device), NodeModel(name: "cloud", role: .cloud)],
        links: [.test(sharing: sharing)], layers: [ChainLayer([0, 0], on: 1)], inputBytes: 100_000,
        arrivals: .poisson(ratePerSecond: 7), replication: replication, warmupSeconds: warmup,
        durationSeconds: duration)
    }
  }

  /// A fair link is M/D/1-PS: s / (1 - rho).
  @Test func fairLink() throws {
    let interval = try Self.link(.fair)
    #expect(interval.contains(0.1 / 0.3) && interval.isWithin(0.05))
  }

  /// A first-come first-served link is M/D/1.
  @Test func queueingLink() throws {
    let interval = try Self.link(.fifo)
    #expect(interval.contains(0.1 + 0.7 * 0.1 / (2 * 0.3)) && interval.isWithin(0.03))
  }

  /// Machine repairman, closed: N clients, mean think z, exponential service s; throughput from the birth-death chain.
  @Test func closedClients() throws {
    let (clients, think, service) = (5, 0.4, 0.1)
    let rates = try (0..<ConfidenceInterval.replications).map { replication in
      let model = SystemModel.chain(
        nodes: [NodeModel(name: "server", role: .device, variation: .exponential)],
        layers: [ChainLayer([service], on: 0)],
        arrivals: .closed(clients: clients, thinkSeconds: think, exponential: true), replication: replication,
        warmupSeconds: 100, durationSeconds: 2100)
      return try Double(Simulator(model).run().models[0].completionsInWindow) / 2000
    }
    var weights = [1.0]
    for n in 0..<clients { weights.append(weights[n] * Double(clients - n) / think * service) }
    let busy = 1 - weights[0] / weights.reduce(0, +)
    let interval = ConfidenceInterval(of: rates)
    #expect(interval.contains(busy / service) && interval.isWithin(0.02))
  }

  /// A modulated Poisson process has the mean rate of its states, weighted by holding times.
  @Test func modulatedArrivals() throws {
    let rates = try (0..<ConfidenceInterval.replications).map { replication in
      let model = SystemModel.chain(
        nodes: [NodeModel(name: "server", role: .device, servers: 64)], layers: [ChainLayer([0.001], on: 0)],
        arrivals: .mmpp(ratesPerSecond: [20, 2, 0], meanHoldingSeconds: [1, 2, 1]), replication: replication,
        durationSeconds: 2000)
      return try Double(Simulator(model).run().models[0].requests) / 2000
    }
    let interval = ConfidenceInterval(of: rates)
    #expect(interval.contains(6) && interval.isWithin(0.1))
  }

  /// Little: the mean number of jobs at a station is the rate of arrivals times the mean stay; and busy time is load.
  @Test func littleAndUtilization() throws {
    let model = SystemModel.chain(
      nodes: [NodeModel(name: "server", role: .device, variation: .exponential)], layers: [ChainLayer([0.1], on: 0)],
      arrivals: .poisson(ratePerSecond: 6), durationSeconds: 2000)
    let (requests, result) = try model.recorded()
    // The time average of the number present, from the records alone, over the whole run and its end.
    let area = requests.reduce(0.0) { $0 + Double($1.completion - $1.arrival) }
    let mean = result.models[0].latencyMeanNanoseconds
    #expect(abs(area / Double(requests.count) - mean) < 1e-6 * mean)
    let busy = requests.reduce(0.0) { $0 + Double($1.deviceCompute) } / 1e9 / 2000
    #expect(abs(result.nodes[0].utilization - busy) < 2e-3)
    #expect(abs(busy - 0.6) < 0.04)
  }
}
