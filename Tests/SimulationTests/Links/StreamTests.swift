import Partitioning
import RandomStreams
import Simulation
import Testing

/// Messages that stream over several shared links, at max-min fair rates.
struct StreamTests {
  /// Devices a (4 Mbit/s) and b (80), an edge, and a cloud behind 8 Mbit/s; each source sends one message.
  static func model(
    _ messages: [(device: Int, toCloud: Bool, bytes: Int)], mbps: [Double] = [4, 80, 8], rtt: Double = 0,
    streams: Bool = true
  ) -> SystemModel {
    let nodes = [
      NodeModel(name: "a", role: .device), NodeModel(name: "b", role: .device),
      NodeModel(name: "edge", role: .edge, servers: 100), NodeModel(name: "cloud", role: .cloud, servers: 100),
    ]
    let ends = [(0, 2), (1, 2), (2, 3)]
    let links = zip(mbps, ends).enumerated().map { index, link in
      LinkModel(
        name: "link\(index)", from: link.1.0, to: link.1.1,
        hop: .init(
          uplinkBitsPerSecond: link.0 * 1e6, downlinkBitsPerSecond: link.0 * 1e6,
          propagationNanoseconds: Int64(rtt * 5e8), streams: streams))
    }
    let sources = messages.map { message in
      let path = [message.device, 2, 3]
      let tier: UInt8 = message.toCloud ? 2 : 1
      let problem = PlacementProblem.chain(
        [ChainLayer([0, 0, 0], on: tier)], inputBytes: message.bytes, nodes: path.map { nodes[$0] },
        hops: [links[message.device].hop, links[2].hop])
      return SourceModel(
        node: message.device, model: 0, arrivals: .trace(nanoseconds: [0]), path: path, links: [message.device, 2],
        problem: problem, policy: GivenPlacement(Placement(tiers: [0, tier])))
    }
    return SystemModel(
      nodes: nodes, links: links, sources: sources, models: ["chain"], seed: 1, durationNanoseconds: 1_000_000_000)
  }

  static func completions(_ model: SystemModel) throws -> [Double] {
    try model.recorded().requests.map { Double($0.completion) / 1e9 }
  }

  /// Alone: bytes / the slowest link + the sum of rtt / 2; stored and forwarded: the sum over links.
  @Test func aloneTheSlowestLinkDecides() throws {
    #expect(areClose(try Self.completions(Self.model([(0, true, 1_000_000)], rtt: 0.02)), [2.02]))
    let stored = Self.model([(0, true, 1_000_000)], rtt: 0.02, streams: false)
    #expect(areClose(try Self.completions(stored), [3.02]))
    for model in [Self.model([(0, true, 1_000_000)], rtt: 0.02), stored] {
      let plan = model.sources[0].problem.cost(of: Placement(tiers: [0, 2]))
      #expect(areClose(try Self.completions(model), [Double(plan.latencyNanoseconds) / 1e9]))
    }
  }

  /// a's link of 4 is halved between a -> edge and a -> cloud; b has what these leave of 8: 2, 2 and 6 Mbit/s.
  @Test func maxMinOnThreeLinks() throws {
    let model = Self.model([(0, false, 500_000), (0, true, 500_000), (1, true, 1_500_000)])
    #expect(areClose(try Self.completions(model), [2, 2, 2]))
    // With less to send, a -> edge is done after 1 s; a -> cloud then has 4, b 4: 0.25 MB left take 0.5 s,
    // then b has 8 for its last 0.5 MB.
    let second = Self.model([(0, false, 250_000), (0, true, 500_000), (1, true, 1_500_000)])
    #expect(areClose(try Self.completions(second), [1, 1.5, 2]))
  }

  /// The bytes are counted on every link on the way, and so is the time in which it sends.
  @Test func everyLinkCounts() throws {
    let result = try Simulator(Self.model([(0, true, 100_000), (1, false, 50_000)])).run()
    #expect(result.links.map(\.bytesUp) == [100_000, 50_000, 100_000])
    #expect(abs(result.links[0].utilizationUp - 0.2) < 1e-8 && abs(result.links[2].utilizationUp - 0.2) < 1e-8)
    #expect(abs(result.links[1].utilizationUp - 0.005) < 1e-8)
  }

  /// Many flows over one link only are processor sharing: the same times as a fair link that stores.
  @Test func oneLinkIsProcessorSharing() throws {
    var random = RandomStream(seed: 3, entity: "flows", purpose: "test")
    let messages = (0..<60).map { _ in (seconds: random.uniform() * 5, bytes: 1 + random.integer(below: 200_000)) }
    let stored = LinkScenario(sharing: .fair)
    var streamed = stored.model(messages)
    streamed.links[0].hop = stored.hop(streams: true)
    let streaming = try streamed.recorded().requests.map { Double($0.completion) / 1e9 }
    let storing = try stored.model(messages).recorded().requests.map { Double($0.completion) / 1e9 }
    #expect(areClose(streaming, storing, within: 1e-6))
    #expect(try Simulator(streamed).run().events < 500)
  }

  /// A stream that comes down to the device takes its slowest link too, and counts for the device's own link.
  @Test func streamsComeDown() throws {
    var model = Self.model([(0, true, 0)])
    model.sources[0].problem = PlacementProblem.chain(
      [ChainLayer([0, 0, 0], bytes: 250_000, on: 2)], nodes: [0, 2, 3].map { model.nodes[$0] },
      hops: [model.links[0].hop, model.links[2].hop], returnsResult: true)
    let (requests, result) = try model.recorded()
    #expect(areClose(requests.map { Double($0.completion) / 1e9 }, [0.5]))
    #expect(requests[0].bytesDown == 250_000 && result.links.map(\.bytesDown) == [250_000, 0, 250_000])
  }
}
