import Partitioning
import Simulation
import Testing

/// Stations that contend for the air of one cell.
struct AirtimeTests {
  /// 1 MB at 8 Mbit/s and 1 MB at 1 Mbit/s.
  ///
  /// The same throughput: a byte of each takes 1 + 8 us, so that the fast one is done after 9 s and the slow one too. The
  /// same air: the fast one has 4 Mbit/s and is done after 2 s; the slow one has had 1 s of air of its 8.
  @Test func performanceAnomaly() throws {
    #expect(areClose(try Self.run([(1_000_000, 8), (1_000_000, 1)], .throughput), [9, 9]))
    #expect(areClose(try Self.run([(1_000_000, 8), (1_000_000, 1)], .airtime), [2, 9]))
    #expect(areClose(try Self.run([(1_000_000, 8)], .throughput), [1]))
  }

  /// One message of each machine at its own rate, all of the same size.
  static func run(
    _ messages: [(bytes: Int, mbps: Double)], _ fairness: AirtimeMedium.Fairness,
    totals: [AirtimeMedium.Total] = [], downlink: Bool = false
  ) throws -> [Double] {
    var link = LinkModel.test(isShared: true)
    link.sharing = .wifi
    link.medium = AirtimeMedium(
      fairness: fairness, stationBitsPerSecond: messages.map { $0.mbps * 1e6 }, totals: totals)
    let bytes = messages[0].bytes
    let model = SystemModel.chain(
      nodes: [
        NodeModel(name: "phone", role: .device, count: messages.count),
        NodeModel(name: "ap", role: .cloud, servers: 99),
      ], links: [link], layers: [ChainLayer([0, 0], bytes: downlink ? bytes : 0, on: 1)],
      inputBytes: downlink ? 0 : bytes, returnsResult: downlink,
      arrivals: .closed(clients: 1, thinkSeconds: 50, exponential: false),
      durationSeconds: 40)
    return try model.recorded().requests.sorted { $0.machine < $1.machine }.map { Double($0.completion) / 1e9 }
  }

  @Test func downlinkIsOnTheSameAir() throws {
    #expect(areClose(try Self.run([(1_000_000, 8), (1_000_000, 1)], .throughput, downlink: true), [9, 9]))
  }

  /// Machines of two kinds in one cell, each kind with a link of its own: 500 kB at 8 Mbit/s and 1 MB at 1 Mbit/s.
  ///
  /// Both have sent 500 kB after 4.5 s; the other half takes 4 s alone. Of the air the first had 0.5 s, the second 8.
  @Test func linksOfOneCell() throws {
    func link(_ name: String, from: Int, mbps: Double) -> LinkModel {
      let hop = PlacementProblem.Hop(
        uplinkBitsPerSecond: mbps * 1e6, downlinkBitsPerSecond: mbps * 1e6, propagationNanoseconds: 0)
      var link = LinkModel(name: name, from: from, to: 2, hop: hop, sharing: .wifi, isShared: true)
      link.medium = AirtimeMedium(cell: "home")
      return link
    }
    let nodes = [
      NodeModel(name: "phone", role: .device), NodeModel(name: "camera", role: .device),
      NodeModel(name: "ap", role: .cloud, servers: 9),
    ]
    let links = [link("phones", from: 0, mbps: 8), link("cameras", from: 1, mbps: 1)]
    func source(_ node: Int, bytes: Int) -> SourceModel {
      let problem = PlacementProblem.chain(
        [ChainLayer([0, 0], on: 1)], inputBytes: bytes, nodes: [nodes[node], nodes[2]], hops: [links[node].hop])
      return SourceModel(
        node: node, model: 0, arrivals: .trace(nanoseconds: [0]), path: [node, 2], links: [node], problem: problem,
        policy: GivenPlacement(Placement(tiers: [0, 1])))
    }
    let model = SystemModel(
      nodes: nodes, links: links, sources: [source(0, bytes: 500_000), source(1, bytes: 1_000_000)],
      models: ["message"], seed: 1, durationNanoseconds: 100_000_000_000)
    let (requests, result) = try model.recorded()
    #expect(areClose(requests.map { Double($0.completion) / 1e9 }, [4.5, 8.5]))
    #expect(abs(result.links[0].utilizationUp - 0.005) < 1e-9 && abs(result.links[1].utilizationUp - 0.08) < 1e-9)
  }

  /// With two clients the cell achieves 1.5 times what it does with one.
  @Test func measuredTotals() throws {
    let totals = [AirtimeMedium.Total(clients: 1, bitsPerSecond: 8e6), .init(clients: 3, bitsPerSecond: 16e6)]
    let times = try Self.run([(1_000_000, 8), (1_000_000, 8)], .throughput, totals: totals)
    #expect(areClose(times, [2 / 1.5, 2 / 1.5]))
    let medium = AirtimeMedium(totals: totals)
    #expect(medium.factor(clients: 0) == 1 && medium.factor(clients: 2) == 1.5 && medium.factor(clients: 9) == 2)
  }

  /// 1 MB at 8 Mbit/s from 0 s, and 0.5 MB at 1 Mbit/s from 0.5 s.
  ///
  /// Alone until then, the first has half a megabyte left, as
  /// the other has; both are done 4.5 s later. With fair air it would be done after another second.
  @Test func latecomers() throws {
    func times(_ fairness: AirtimeMedium.Fairness) throws -> [Double] {
      var link = LinkModel.test(upMbps: 8, downMbps: 1, isShared: true)
      link.sharing = .wifi
      link.medium = AirtimeMedium(fairness: fairness)
      // The second message comes down: the result of a request that sends nothing up.
      func chain(_ input: Int, _ output: Int, _ start: Double) -> SystemModel {
        .chain(
          nodes: [NodeModel(name: "phone", role: .device), NodeModel(name: "ap", role: .cloud, servers: 9)],
          links: [link], layers: [ChainLayer([0, 0], bytes: output, on: 1)], inputBytes: input, returnsResult: true,
          arrivals: .trace(nanoseconds: [Int64(start * 1e9)]), durationSeconds: 100)
      }
      var model = chain(1_000_000, 0, 0)
      model.sources.append(chain(0, 500_000, 0.5).sources[0])
      let (requests, result) = try model.recorded()
      #expect(abs((result.links[0].utilizationUp + result.links[0].utilizationDown) * 100 - 5) < 1e-6)
      return requests.map { Double($0.completion) / 1e9 }
    }
    #expect(areClose(try times(.throughput), [5, 5]))
    #expect(areClose(try times(.airtime), [1.5, 5]))
  }
}
