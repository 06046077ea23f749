import Partitioning

import Simulation

/// Keeps every record.
struct Recorder: RequestSink {
  var requests: [RequestRecord] = []
  var placements: [Placement] = []

  mutating func record(_ request: RequestRecord) { requests.append(request) }
  mutating func use(_ placement: Placement, source: Int) { placements.append(placement) }
}

extension SystemModel {
  /// Runs and returns what was recorded, in order of arrival, and the totals.
  func recorded() throws -> (requests: [RequestRecord], result: ReplicationResult) {
    var recorder = Recorder()
    let result = try Simulator(self).run(into: &recorder)
    return (recorder.requests.sorted { $0.sequence < $1.sequence }, result)
  }
}

extension LinkModel {
  static func test(
    _ name: String = "link", from: Int = 0, upMbps: Double = 8, downMbps: Double = 8, propagationSeconds: Double = 0,
    sharing: Sharing = .fair, isShared: Bool = false
  ) -> LinkModel {
    LinkModel(
      name: name, from: from, to: from + 1,
      hop: .init(
        uplinkBitsPerSecond: upMbps * 1e6, downlinkBitsPerSecond: downMbps * 1e6,
        propagationNanoseconds: Int64(propagationSeconds * 1e9)), sharing: sharing, isShared: isShared)
  }
}

extension RadioPower {
  /// Numbers like LTE's.
  static let testRadio = RadioPower.cellular(
    Radio(
      transmitBaseWatts: 1.288, transmitWattsPerMbps: 0.438, receiveBaseWatts: 1.288, receiveWattsPerMbps: 0.052,
      promotionNanoseconds: 260_100_000, promotionWatts: 1.21, tailNanoseconds: 1_157_600_000, tailWatts: 1.06,
      idleWatts: 0.031))
}

extension RequestRecord {
  var parts: Int64 {
    deviceCompute + deviceQueue + serialize + uplink + edgeCompute + edgeQueue + cloudCompute + cloudQueue + downlink
  }
}

/// Keeps what only some scenarios have of requests besides.
struct ExtrasRecorder: RequestSink {
  var requests: [RequestRecord] = []
  var extras: [RequestExtras] = []

  mutating func record(_ request: RequestRecord) { requests.append(request) }
  mutating func record(_ extras: [RequestExtras]) { self.extras += extras }
}

extension SystemModel {
  /// Runs and returns requests and extras in order of arrival, and the totals.
  func withExtras() throws -> (requests: [RequestRecord], extras: [RequestExtras], result: ReplicationResult) {
    var recorder = ExtrasRecorder()
    let result = try Simulator(self).run(into: &recorder)
    return (
      recorder.requests.sorted { $0.sequence < $1.sequence }, recorder.extras.sorted { $0.sequence < $1.sequence },
      result
    )
  }
}
