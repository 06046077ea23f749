import Glibc
import Partitioning
import Simulation
import Testing

/// Losses, retries, drops and outages at random against closed forms.
struct LossTheoryTests {
  /// Attempts are geometric: of mean 1 / (1 - p), and each failed one takes the timeout.
  @Test(arguments: [0.1, 0.5])
  func geometricRetries(p: Double) throws {
    var model = SystemModel.chain(
      nodes: [NodeModel(name: "device", role: .device), NodeModel(name: "cloud", role: .cloud, servers: 1000)],
      links: [.test(propagationSeconds: 0.01)], layers: [ChainLayer([0, 0.02], on: 1)], inputBytes: 10_000,
      arrivals: .periodic(ratePerSecond: 0.1), durationSeconds: 200_000)
    model.links[0].loss = MessageLoss(perMessage: p)
    model.sources[0].recovery = Recovery(timeoutNanoseconds: 100_000_000, retries: 10_000)
    let result = try Simulator(model).run()
    let n = Double(result.models[0].requests)
    let deviation = (p / ((1 - p) * (1 - p)) / n).squareRoot()
    let attempts = Double(result.models[0].extras.attempts) / n
    #expect(abs(attempts - 1 / (1 - p)) < 4 * deviation)
    #expect(Double(result.models[0].completed) == n)
    let latency = (result.models[0].latencyMeanNanoseconds / 1e9)
    // Exact, given the attempts: 10 ms of sending, 10 of propagation, 20 of computing.
    #expect(abs(latency - (0.04 + (attempts - 1) * 0.1)) < 1e-9)
  }

  @Test func packetsLoseTheirMessage() {
    let loss = MessageLoss(perMessage: 0.1, perPacket: 0.01, packetBytes: 1000)
    #expect(abs(loss.probability(bytes: 2500) - (1 - 0.9 * 0.970299)) < 1e-12)
    #expect(abs(loss.probability(bytes: 0) - (1 - 0.9 * 0.99)) < 1e-12)
  }

  /// Poisson messages of one size, of which the link and the buffer hold three: M/D/1/3.
  ///
  /// Embedded chain at departures: with a = rate x size / link = 0.8, the shares of messages turned away.
  @Test func dropTail() throws {
    var model = SystemModel.chain(
      nodes: [NodeModel(name: "device", role: .device), NodeModel(name: "cloud", role: .cloud, servers: 1000)],
      links: [.test(sharing: .fifo)], layers: [ChainLayer([0, 0], on: 1)], inputBytes: 100_000,
      arrivals: .poisson(ratePerSecond: 8), durationSeconds: 100_000)
    model.links[0].bufferBytes = 200_000
    let result = try Simulator(model).run()
    let share = Double(result.models[0].dropped) / Double(result.models[0].requests)
    #expect(abs(share - Self.blocking(load: 0.8, places: 3)) < 0.003)
  }

  /// The blocking probability of M/D/1/K by its embedded Markov chain.
  ///
  /// Source: Gross, Harris, "Fundamentals of queueing theory", section 5.1.7.
  static func blocking(load: Double, places: Int) -> Double {
    var arrivals: [Double] = [exp(-load)]
    for k in 1..<places { arrivals.append(arrivals[k - 1] * load / Double(k)) }
    // Unnormalised probabilities of k left behind, k < places.
    var left = [1.0]
    for k in 0..<(places - 1) {
      var sum = left[k]
      for i in 1..<max(2, k + 1) where i <= k { sum -= left[i] * arrivals[k - i + 1] }
      sum -= left[0] * arrivals[k]
      left.append(sum / arrivals[0])
    }
    let total = left.reduce(0, +)
    return 1 - 1 / (left[0] / total + load)
  }

  /// In the long run a link is there for MTBF / (MTBF + MTTR) of the time, and so is a machine.
  @Test func availability() throws {
    var model = SystemModel.chain(
      nodes: [
        NodeModel(name: "device", role: .device, count: 40), NodeModel(name: "cloud", role: .cloud, servers: 10),
      ],
      links: [.test()], layers: [ChainLayer([0, 0.02], on: 1)], inputBytes: 10_000,
      arrivals: .periodic(ratePerSecond: 0.001), durationSeconds: 20_000)
    model.links[0].losesInOutages = true
    model.links[0].randomOutages = RandomOutages(meanUpNanoseconds: 90e9, meanDownNanoseconds: 10e9)
    model.links.append(model.links[0])
    model.links[1].name = "pausing"
    model.links[1].losesInOutages = false
    model.nodes[1].count = 40
    model.nodes[1].randomOutages = RandomOutages(meanUpNanoseconds: 30e9, meanDownNanoseconds: 10e9)
    let result = try Simulator(model).run()
    #expect(abs((result.links[0].availability ?? 0) - 0.9) < 0.006)
    #expect(abs((result.links[1].availability ?? 0) - 0.9) < 0.006)
    #expect(abs((result.nodes[1].availability ?? 0) - 0.75) < 0.01)
  }

  /// Another link that can fail changes nobody else's numbers.
  @Test func streamsAreApart() throws {
    func completions(_ change: (inout SystemModel) -> Void) throws -> [Int64] {
      var model = FailureLedgerTests.model(
        .init(scheduler: .fifo, sharing: .fair, isShared: false, radio: .none, servers: 2), 0)
      model.sources[0].recovery?.timeoutNanoseconds = nil
      change(&model)
      return try model.recorded().requests.map { $0.uplink }
    }
    let plain = try completions { _ in }
    let other = try completions {
      $0.links.append(.test("other", from: 1))
      $0.links[2].loss = MessageLoss(perMessage: 0.5)
      $0.links[2].randomOutages = RandomOutages(meanUpNanoseconds: 1e9, meanDownNanoseconds: 1e9)
      $0.links[2].losesInOutages = true
    }
    #expect(plain == other)
  }

  /// A request that nothing can move ends the run, which names it.
  @Test(arguments: [LinkModel.Sharing.fifo, .fair])
  func stuckRequestsAreNamed(sharing: LinkModel.Sharing) throws {
    var link = LinkScenario(sharing: sharing)
    link.outages = [Outage(start: 50_000_000, end: .max)]
    let (requests, result) = try link.model([(0, 100_000), (1, 10)]).recorded()
    #expect(requests.map(\.outcome) == [.unfinished, .unfinished])
    #expect(result.stuck.map(\.sequence) == [0, 1] && result.stuck.allSatisfy { $0.place == "link" && $0.isLink })
  }
}
