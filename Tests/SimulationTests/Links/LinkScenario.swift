import Partitioning
import Simulation

/// Messages of given sizes at given times from a device over one link, and what the link is like.
struct LinkScenario {
  var transport = Transport.ideal
  var sharing = LinkModel.Sharing.fifo
  var uplinkMbps = 8.0
  var roundTripSeconds = 0.0
  var trace: RateTrace?
  var outages: [Outage] = []
  var jitterSeconds = 0.0
  var bufferBytes: Int?

  func hop(streams: Bool = false) -> PlacementProblem.Hop {
    PlacementProblem.Hop(
      uplinkBitsPerSecond: trace?.meanBitsPerSecond ?? uplinkMbps * 1e6, downlinkBitsPerSecond: uplinkMbps * 1e6,
      propagationNanoseconds: Int64(roundTripSeconds * 5e8), transport: transport, streams: streams)
  }

  /// Sends each message by a source of its own.
  func model(_ messages: [(seconds: Double, bytes: Int)], durationSeconds: Double = 100) -> SystemModel {
    var link = LinkModel(name: "link", from: 0, to: 1, hop: hop(), sharing: sharing)
    link.uplinkTrace = trace
    link.outages = outages
    link.bufferBytes = bufferBytes
    link.jitterNanoseconds = Int64(jitterSeconds * 1e9)
    let nodes = [NodeModel(name: "device", role: .device), NodeModel(name: "cloud", role: .cloud, servers: 1000)]
    func chain(_ seconds: Double, _ bytes: Int) -> SystemModel {
      .chain(
        nodes: nodes, links: [link], layers: [ChainLayer([0, 0], on: 1)], inputBytes: bytes,
        arrivals: .trace(nanoseconds: [Int64((seconds * 1e9).rounded())]), durationSeconds: durationSeconds)
    }
    var model = chain(messages[0].seconds, messages[0].bytes)
    model.sources = messages.map { chain($0.seconds, $0.bytes).sources[0] }
    return model
  }

  /// When each message has arrived, in seconds.
  func arrivals(_ messages: [(seconds: Double, bytes: Int)]) throws -> [Double] {
    var completions = [Double](repeating: -1, count: messages.count)
    for request in try model(messages).recorded().requests {
      completions[Int(request.source)] = Double(request.completion) / 1e9
    }
    return completions
  }
}

func areClose(_ a: [Double], _ b: [Double], within error: Double = 2e-9) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= error }
}
