import Partitioning
import Simulation
import Testing

/// Times of lone and competing messages under each transport, against closed forms.
struct TransportTests {
  static let tcp = Transport.tcp(initialWindow: 10, segmentBytes: 1460)

  /// 1 MB/s and 100 ms: rounds of 14,600, 29,200, 58,400 bytes while the window is below 100,000; then the rest at once.
  @Test(arguments: [LinkModel.Sharing.fifo, .fair])
  func slowStart(sharing: LinkModel.Sharing) throws {
    let link = LinkScenario(transport: Self.tcp, sharing: sharing, roundTripSeconds: 0.1)
    for (bytes, sending) in [
      (1000, 0.001), (14_600, 0.0146), (14_601, 0.100001), (65_536, 0.221736), (102_200, 0.2584),
      (200_000, 0.3 + 0.0978), (5_000_000, 0.3 + 4.8978),
    ] {
      #expect(areClose(try link.arrivals([(0, bytes)]), [sending + 0.05]), "\(bytes)")
    }
  }

  /// While one waits for acknowledgements the other sends.
  @Test func slowStartLeavesRoom() throws {
    let link = LinkScenario(transport: Self.tcp, sharing: .fair, roundTripSeconds: 0.1)
    // 43,800 bytes alone take 129.2 + 50 ms; a second that begins in the first's pause is not in its way.
    #expect(areClose(try link.arrivals([(0, 43_800), (0.05, 43_800)]), [0.1792, 0.2292]))
  }

  /// A rate trace paces nothing: windows below rate x round trip pass within their round.
  @Test(arguments: [LinkModel.Sharing.fifo, .fair])
  func slowStartOverATrace(sharing: LinkModel.Sharing) throws {
    let link = LinkScenario(
      transport: Self.tcp, sharing: sharing, roundTripSeconds: 0.1, trace: RateTrace(rates: [(0, 8e6)]))
    #expect(areClose(try link.arrivals([(0, 65_536)]), [0.271736]))
    #expect(areClose(try link.arrivals([(0, 200_000)]), [0.4478]))
  }

  /// 13.01 times the latency, then bytes at 97 % of the rate or of the window's bound.
  @Test(arguments: [LinkModel.Sharing.fifo, .fair])
  func loneFlows(sharing: LinkModel.Sharing) throws {
    let wide = LinkScenario(transport: .lv08, sharing: sharing, roundTripSeconds: 0.02)
    #expect(areClose(try wide.arrivals([(0, 970_000)]), [0.1301 + 1]))
    let long = LinkScenario(transport: .lv08, sharing: sharing, uplinkMbps: 1000, roundTripSeconds: 0.2)
    #expect(areClose(try long.arrivals([(0, 10_000_000)]), [1.301 + 10_000_000 / (0.97 * 20_971_520)]))
    let plain = LinkScenario(transport: .cm02, sharing: sharing, uplinkMbps: 1000, roundTripSeconds: 0.2)
    #expect(areClose(try plain.arrivals([(0, 10_000_000)]), [0.1 + 10_000_000 / 20_971_520.0]))
  }

  /// Two equal flows have half each, until the shorter is done.
  @Test func competingFlows() throws {
    let link = LinkScenario(transport: .lv08, sharing: .fair, roundTripSeconds: 0.02)
    #expect(areClose(try link.arrivals([(0, 485_000), (0, 970_000)]), [0.1301 + 1, 0.1301 + 1.5]))
  }

  /// A flow each way: the acknowledgements of one take 5 % of what the other has, 1 / 1.05 for each.
  @Test func acknowledgementsTakeTheirPart() throws {
    var model = LinkScenario(transport: .cm02, sharing: .fair).model([(0, 1_000_000), (0, 0)])
    // The second source asks for a result of 1 MB.
    let problem = PlacementProblem.chain(
      [ChainLayer([0, 0], bytes: 1_000_000, on: 1)], nodes: model.nodes, hops: [model.links[0].hop],
      returnsResult: true)
    model.sources[1].problem = problem
    let requests = try model.recorded().requests
    let ends = requests.map { Double($0.completion) / 1e9 }
    #expect(areClose(ends, [1.05, 1.05]))
  }

  /// 100 kB are being sent until 0.1 s; of 60, 40 and 1 kB that come meanwhile the last finds no room.
  @Test(arguments: [Transport.ideal, .tcp(initialWindow: 1000, segmentBytes: 1460)])
  func droppedAtTheTail(transport: Transport) throws {
    let link = LinkScenario(transport: transport, bufferBytes: 100_000)
    let model = link.model([(0, 100_000), (0.01, 60_000), (0.02, 40_000), (0.03, 1000), (0.11, 50_000)])
    let (requests, result) = try model.recorded()
    #expect(requests.map(\.outcome) == [.completed, .completed, .completed, .dropped, .completed])
    #expect(areClose(requests.map { Double($0.completion) / 1e9 }, [0.1, 0.16, 0.2, 0.03, 0.25]))
    #expect(result.links[0].bytesUp == 250_000 && result.models[0].dropped == 1)
  }

  /// An isolated request takes in the simulation what the plan says, to the nanosecond and the joule.
  @Test(
    arguments: [Transport.ideal, .cm02, .lv08, .tcp(initialWindow: 10, segmentBytes: 1460)],
    [RadioPower.none, .constant(transmitWatts: 1, receiveWatts: 0.5), .testRadio])
  func isolatedRequestsAreAsPlanned(transport: Transport, radio: RadioPower) throws {
    for sharing in [LinkModel.Sharing.fifo, .fair] {
      let hop = PlacementProblem.Hop(
        uplinkBitsPerSecond: 6e6, downlinkBitsPerSecond: 13e6, propagationNanoseconds: 40_000_000,
        transport: transport,
        serialization: Serialization(perMessageNanoseconds: 300_000, perByteNanoseconds: 2.5))
      let model = SystemModel.chain(
        nodes: [
          NodeModel(name: "device", role: .device, idleWatts: 2, busyWatts: 6),
          NodeModel(name: "cloud", role: .cloud, servers: 2, idleWatts: 50, busyWatts: 250),
        ],
        links: [LinkModel(name: "link", from: 0, to: 1, hop: hop, sharing: sharing)],
        layers: [
          ChainLayer([0.05, 0.01], bytes: 90_000, on: 0), ChainLayer([0.1, 0.02], bytes: 30_000, on: 1),
          ChainLayer([0.01, 0.01], bytes: 10, on: 0),
        ], inputBytes: 5000, radio: radio, returnsResult: true, arrivals: .trace(nanoseconds: [0]), durationSeconds: 60)
      let (requests, result) = try model.recorded()
      let request = requests[0]
      let plan = model.sources[0].problem.cost(of: Placement(tiers: [0, 0, 1, 0]))
      #expect(request.latency == plan.latencyNanoseconds && request.serialize == plan.serialize)
      #expect(request.serialize == 2 * (525_000 + 375_000))
      #expect(request.uplink == plan.uplink && request.downlink == plan.downlink)
      #expect(abs(request.deviceJoules - plan.deviceJoules) < 1e-9 * plan.deviceJoules)
      #expect(abs(request.totalJoules - plan.totalJoules) < 1e-9 * plan.totalJoules)
      #expect(request.parts == request.latency && result.models[0].sums.serialize == request.serialize)
    }
  }
}
