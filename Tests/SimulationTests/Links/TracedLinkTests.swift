import Partitioning
import Simulation
import Testing

/// Finish times over links whose rate changes, by hand.
struct TracedLinkTests {
  /// A packet of 1,500 bytes at 10, 20 and 30 ms, and again every 30 ms.
  static let packets = RateTrace(opportunities: [10, 20, 30].map { (Int64($0) * 1_000_000, 1500) })

  /// What the first message leaves of its packet goes to the second; the third comes when a packet has just gone.
  @Test func packetsOneAfterAnother() throws {
    let link = LinkScenario(trace: Self.packets)
    #expect(areClose(try link.arrivals([(0, 3000)]), [0.02]))
    #expect(areClose(try link.arrivals([(0, 1000), (0.001, 2000), (0.0201, 3000)]), [0.01, 0.02, 0.04]))
    #expect(areClose(try link.arrivals([(0.010, 1)]), [0.02]))
  }

  /// At 10 ms 750 bytes for each; at 20 ms 250 for each and then 1,000 for the second.
  @Test func packetsShared() throws {
    let link = LinkScenario(sharing: .fair, trace: Self.packets)
    #expect(areClose(try link.arrivals([(0, 1000), (0, 2000)]), [0.02, 0.02]))
    // The first is done at 20 ms; of that packet the second has 500, and needs 500 of the next.
    #expect(areClose(try link.arrivals([(0, 1000), (0, 2500)]), [0.02, 0.03]))
    // The second comes with the packet at 10 ms, which is the first's alone.
    #expect(areClose(try link.arrivals([(0, 1500), (0.010, 1500)]), [0.01, 0.02]))
  }

  /// A period later everything is a period later.
  @Test(arguments: [LinkModel.Sharing.fifo, .fair])
  func packetsRepeat(sharing: LinkModel.Sharing) throws {
    let link = LinkScenario(sharing: sharing, trace: Self.packets)
    let base: [(Double, Int)] = [(0.001, 4000), (0.012, 700), (0.013, 9000)]
    let later = base.map { ($0.0 + 3, $0.1) }
    let (first, second) = try (link.arrivals(base), link.arrivals(later))
    #expect(areClose(first.map { $0 + 3 }, second))
  }

  /// Seven share packets that do not divide by seven, and are done with the packet that completes them.
  @Test func packetsSharedBySeven() throws {
    let link = LinkScenario(sharing: .fair, trace: Self.packets)
    let messages = (1...7).map { (seconds: 0.0, bytes: 300 * $0) }
    // By hand in sevenths of a byte: who has the least left is done first, with as much for each of the others.
    var left = messages.map { Double($0.bytes) * 420 }
    var done = [Double](repeating: 0, count: 7)
    var packet = 0
    while left.contains(where: { $0 > 0 }) {
      packet += 1
      var room = 1500.0 * 420
      while room > 0, let least = left.filter({ $0 > 0 }).min() {
        let sharers = left.indices.filter { left[$0] > 0 }
        let used = min(least, room / Double(sharers.count))
        for index in sharers {
          left[index] -= used
          if left[index] < 1e-6 { (left[index], done[index]) = (0, Double(packet) * 0.01) }
        }
        room -= used * Double(sharers.count)
        if room < 1e-6 { room = 0 }
      }
    }
    #expect(areClose(try link.arrivals(messages), done))
  }

  /// 1 MB/s for a second, 0.1 MB/s for a second, 1 MB/s for a second, and again.
  static let rates = RateTrace(
    rates: [0, 1, 2].map { (Int64($0) * 1_000_000_000, $0 == 1 ? 0.8e6 : 8e6) })

  @Test(arguments: [LinkModel.Sharing.fifo, .fair])
  func ratesOverTime(sharing: LinkModel.Sharing) throws {
    let link = LinkScenario(sharing: sharing, trace: Self.rates)
    #expect(areClose(try link.arrivals([(0, 1_500_000)]), [2.4]))
    #expect(areClose(try link.arrivals([(0.5, 500_000), (2.5, 1_000_000)]), [1, 3.5]))
    #expect(areClose(try link.arrivals([(1, 50_000)]), [1.5]))
  }

  /// Each has half the rate: 0.5 MB in the first second, 0.05 in the next, then 0.5 MB/s.
  @Test func ratesShared() throws {
    let link = LinkScenario(sharing: .fair, trace: Self.rates)
    #expect(areClose(try link.arrivals([(0, 750_000), (0, 750_000)]), [2.4, 2.4]))
    // Alone after 2.2 s, when the first has had 0.65 MB; the second needs 0.1 more.
    #expect(areClose(try link.arrivals([(0, 650_000), (0, 750_000)]), [2.2, 2.3]))
  }

  /// 1 MB at 1 MB/s, and nothing from 0.5 to 2.5 s.
  @Test(arguments: [LinkModel.Sharing.fifo, .fair], [Transport.ideal, .cm02])
  func transfersPauseInOutages(sharing: LinkModel.Sharing, transport: Transport) throws {
    let pause = Outage(start: 500_000_000, end: 2_500_000_000)
    let link = LinkScenario(transport: transport, sharing: sharing, outages: [pause])
    #expect(areClose(try link.arrivals([(0, 1_000_000)]), [3]))
    #expect(areClose(try link.arrivals([(1, 100_000)]), [2.6]))
    #expect(areClose(try link.arrivals([(0, 500_000), (0.9, 100_000)]), [0.5, 2.6]))
  }

  /// Outages that overlap are one; what a trace would have sent in them is lost.
  @Test func outagesOfATrace() throws {
    let outages = [Outage(start: 1_000_000_000, end: 1_600_000_000), Outage(start: 1_500_000_000, end: 2_000_000_000)]
    let link = LinkScenario(trace: Self.rates, outages: outages)
    #expect(areClose(try link.arrivals([(0, 1_500_000)]), [2.5]))
    let packets = LinkScenario(trace: Self.packets, outages: [Outage(start: 15_000_000, end: 25_000_000)])
    #expect(areClose(try packets.arrivals([(0, 3000)]), [0.03]))
  }

  /// Utilization is time with something to send, whatever the rate; the window is from 1 to 3 s.
  @Test(arguments: [LinkModel.Sharing.fifo, .fair])
  func utilization(sharing: LinkModel.Sharing) throws {
    var model = LinkScenario(sharing: sharing, trace: Self.rates).model([(0, 1_500_000)], durationSeconds: 3)
    model.warmupNanoseconds = 1_000_000_000
    let result = try Simulator(model).run()
    #expect(abs(result.links[0].utilizationUp - 0.7) < 1e-8)
  }

  /// Messages are late by half the jitter on average, each within its bounds, under the same numbers for every policy.
  @Test func jitter() throws {
    var model = LinkScenario(sharing: .fair, jitterSeconds: 0.2).model([(0, 0)])
    model.sources[0].arrivals = .periodic(ratePerSecond: 100)
    let latencies = try model.recorded().requests.map { Double($0.latency) / 1e9 }
    #expect(latencies.count == 10_000 && latencies.allSatisfy { (0...0.2).contains($0) })
    let mean = latencies.reduce(0, +) / 10_000
    let error = 0.2 / 12.0.squareRoot() / 100
    #expect(abs(mean - 0.1) < 4 * error)
  }
}
