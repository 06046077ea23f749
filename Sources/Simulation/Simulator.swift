/// Simulates one replication: `Simulator(model).run(into: &sink)`.
///
/// A discrete-event simulation in integer nanoseconds; events of one time happen in the order they were scheduled. The
/// same model gives the same result, bit for bit.
public struct Simulator: Sendable {
  public let model: SystemModel

  /// How far a run has come.
  public struct Progress: Sendable {
    public let events: Int
    public let nowNanoseconds: Int64
    /// Until arrivals stop.
    public let durationNanoseconds: Int64
  }

  public init(_ model: SystemModel) { self.model = model }

  /// Events between two questions to `shouldStop`.
  package static let eventsPerTurn = 65_536

  /// Simulates without recording requests; the totals are the same.
  ///
  /// Throws `SimulationError` where the model contradicts itself or time would overflow, and what a policy throws.
  public func run(
    shouldStop: () -> Bool = { false }, progress: (Progress) -> Void = { _ in }
  ) throws -> ReplicationResult {
    var engine = Engine(model, isRecording: false)
    try engine.start()
    while try engine.advance(events: Self.eventsPerTurn) {
      progress(engine.progress)
      if shouldStop() {
        engine.interrupt()
        break
      }
    }
    return try engine.finish()
  }

  /// Simulates and hands every request of the measured window to the sink as it becomes final.
  ///
  /// A request becomes final when it is answered, or, where its radio lingers on its account, with the next transfer of
  /// its device. With `recordsSteps` the sink also gets every step of these requests. Throws as above, and what the sink
  /// throws.
  public func run(
    into sink: inout some RequestSink, recordsSteps: Bool = false, shouldStop: () -> Bool = { false },
    progress: (Progress) -> Void = { _ in }
  ) throws -> ReplicationResult {
    var engine = Engine(model, isRecording: true, isRecordingSteps: recordsSteps)
    try engine.start()
    var placements = 0
    func deliver() throws {
      for used in engine.placements[placements...] { try sink.use(used.placement, source: used.source) }
      placements = engine.placements.count
      if !engine.tracks.output.isEmpty { try sink.record(engine.tracks.output) }
      engine.tracks.output.removeAll(keepingCapacity: true)
      if !engine.stepOutput.isEmpty { try sink.record(engine.stepOutput) }
      engine.stepOutput.removeAll(keepingCapacity: true)
      if !engine.output.isEmpty { try sink.record(engine.output) }
      engine.output.removeAll(keepingCapacity: true)
    }
    var eventsAtTurn = 0
    while try engine.advance(events: Self.eventsPerTurn) {
      try deliver()
      guard engine.events - eventsAtTurn >= Self.eventsPerTurn else { continue }
      eventsAtTurn = engine.events
      progress(engine.progress)
      if shouldStop() {
        engine.interrupt()
        break
      }
    }
    let result = try engine.finish()
    try deliver()
    return result
  }
}
