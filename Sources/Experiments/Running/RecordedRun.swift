import Partitioning
import Results
import Simulation

/// One run on its way into the results: what is recorded, and what is to be executed of it.
final class RecordedRun: RequestSink {
  /// A request that is to be really executed.
  struct Request {
    let sequence: Int64
    let source: Int
    /// Index into `ReplicationResult.placements`.
    let placement: Int
  }

  let recorder: RunRecorder
  private let recordsRequests: Bool
  private let keepsRequests: Bool
  private(set) var requests: [Request] = []

  /// `keepsRequests` remembers every request, for execution.
  init(_ recorder: RunRecorder, recordsRequests: Bool, keepsRequests: Bool) {
    self.recorder = recorder
    self.recordsRequests = recordsRequests
    self.keepsRequests = keepsRequests
  }

  func use(_ placement: Placement, source: Int) throws { try recorder.use(placement, source: source) }

  func record(_ steps: [StepRecord]) throws { try recorder.record(steps) }

  func record(_ extras: [RequestExtras]) throws { if recordsRequests { try recorder.record(extras) } }

  func record(_ request: RequestRecord) throws { try record([request]) }

  func record(_ requests: [RequestRecord]) throws {
    if recordsRequests { try recorder.record(requests) }
    guard keepsRequests else { return }
    for request in requests where request.outcome == .completed {
      self.requests.append(
        Request(sequence: request.sequence, source: Int(request.source), placement: Int(request.placement)))
    }
  }

  func finish(_ ending: Replications.Ending) throws {
    try recorder.finish(ending.result, hostWallSeconds: ending.wallSeconds, hostCPUSeconds: ending.cpuSeconds)
  }
}
