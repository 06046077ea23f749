import Partitioning
import Simulation
import Testing

/// Messages that use one TCP connection one after another.
struct ConnectionTests {
  /// 1 MB/s, a round trip of 100 ms, a first window of 14,600 bytes; BDP 100,000 bytes.
  static func arrivals(
    _ times: [Double], bytes: Int, rest: Double, sharing: LinkModel.Sharing
  ) throws -> [Double] {
    let hop = PlacementProblem.Hop(
      uplinkBitsPerSecond: 8e6, downlinkBitsPerSecond: 8e6, propagationNanoseconds: 50_000_000,
      transport: .tcp(initialWindow: 10, segmentBytes: 1460))
    var link = LinkModel(name: "link", from: 0, to: 1, hop: hop, sharing: sharing)
    link.longestRestNanoseconds = Int64(rest * 1e9)
    let model = SystemModel.chain(
      nodes: [NodeModel(name: "device", role: .device), NodeModel(name: "cloud", role: .cloud, servers: 10)],
      links: [link], layers: [ChainLayer([0, 0], on: 1)], inputBytes: bytes,
      arrivals: .trace(nanoseconds: times.map { Int64(($0 * 1e9).rounded()) }), durationSeconds: 100)
    return try model.recorded().requests.map { Double($0.completion) / 1e9 }
  }

  /// 65,536 bytes go in windows of 14,600, 29,200 and the rest of 21,736: 271.736 ms.
  ///
  /// The window is then 58,400 + 21,736 =
  /// 80,136 bytes: a message soon after goes at once, in 65.536 + 50 ms, one after a long rest as the first.
  @Test(arguments: [LinkModel.Sharing.fifo, .fair])
  func idleRestart(sharing: LinkModel.Sharing) throws {
    let times = try Self.arrivals([0, 0.4, 2], bytes: 65_536, rest: 0.3, sharing: sharing)
    #expect(areClose(times, [0.271736, 0.4 + 0.115536, 2.271736]))
    let short = try Self.arrivals([0, 0.4], bytes: 65_536, rest: 0.1, sharing: sharing)
    #expect(areClose(short, [0.271736, 0.671736]))
  }
}
