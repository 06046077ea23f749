import Dispatch
import Foundation
import Partitioning
import Results
import Simulation
import Synchronization

/// Runs simulations one after another, or several at a time, and records them in their order.
///
/// However many run at a time, the same rows are written in the same order: each simulation hands what it records to a
/// bounded channel, and the channels are emptied one after another.
enum Replications {
  /// What a simulation hands over besides its totals.
  enum Detail { case totals, requests, steps }

  /// How a simulation ended, and what it took of this host.
  struct Ending {
    let result: ReplicationResult
    let wallSeconds: Double
    let cpuSeconds: Double
  }

  /// Simulates `models[i]` for each i and records it with what `begin(i)` returns.
  ///
  /// `progress` gets the index of a run and how far it has come; it may be called from any thread. After `shouldStop`
  /// says so, the runs in progress end where they are and no more begin.
  static func run(
    _ models: [SystemModel], jobs: Int, handsOver: Detail, shouldStop: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (Int, Simulator.Progress) -> Void, begin: (Int) throws -> RecordedRun,
    finished: (Int, RecordedRun, Ending) throws -> Void
  ) throws {
    if jobs <= 1 || models.count <= 1 {
      for index in models.indices where !shouldStop() {
        var run = try begin(index)
        let ending = try simulate(
          models[index], into: &run, detail: handsOver, shouldStop: shouldStop,
          progress: { progress(index, $0) })
        try run.finish(ending)
        try finished(index, run, ending)
      }
      return
    }
    try runConcurrently(
      models, jobs: jobs, handsOver: handsOver, shouldStop: shouldStop, progress: progress,
      begin: begin,
      finished: finished)
  }

  private static func runConcurrently(
    _ models: [SystemModel], jobs: Int, handsOver: Detail, shouldStop: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (Int, Simulator.Progress) -> Void, begin: (Int) throws -> RecordedRun,
    finished: (Int, RecordedRun, Ending) throws -> Void
  ) throws {
    let channels = models.map { _ in RunChannel() }
    let next = Atomic<Int>(0)
    let isAbandoned = Atomic<Bool>(false)
    let workers = DispatchGroup()
    // Runs are taken in order, so the one that is being recorded is always among those in progress.
    try withoutActuallyEscaping(begin) { begin in
      for _ in 0..<min(jobs, models.count) {
        startThread(in: workers) {
          while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < models.count else { return }
            let stop: @Sendable () -> Bool = { isAbandoned.load(ordering: .relaxed) || shouldStop() }
            if stop() {
              channels[index].send(.ended(nil))
              continue
            }
            var sink = ChannelSink(channel: channels[index])
            let ending = Result {
              try simulate(
                models[index], into: &sink, detail: handsOver, shouldStop: stop,
                progress: { progress(index, $0) })
            }
            channels[index].send(.ended(ending))
          }
        }
      }
      defer {
        isAbandoned.store(true, ordering: .relaxed)
        for channel in channels { channel.close() }
        workers.wait()
      }
      for index in models.indices {
        var item = channels[index].receive()
        if case .ended(nil) = item { continue }
        let run = try begin(index)
        receiving: while true {
          switch item {
          case .used(let placement, let source): try run.use(placement, source: source)
          case .requests(let requests): try run.record(requests)
          case .steps(let steps): try run.record(steps)
          case .extras(let extras): try run.record(extras)
          case .ended(let ending):
            guard let ending = try ending?.get() else { break receiving }
            try run.finish(ending)
            try finished(index, run, ending)
            break receiving
          }
          item = channels[index].receive()
        }
      }
    }
  }

  private static func startThread(in group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
    group.enter()
    let thread = Thread {
      body()
      group.leave()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  private static func simulate(
    _ model: SystemModel, into sink: inout some RequestSink, detail: Detail, shouldStop: () -> Bool,
    progress: (Simulator.Progress) -> Void
  ) throws -> Ending {
    let (wall, cpu) = (ContinuousClock.now, threadSeconds())
    let simulator = Simulator(model)
    let result =
      if detail != .totals {
        try simulator.run(into: &sink, recordsSteps: detail == .steps, shouldStop: shouldStop, progress: progress)
      } else {
        try simulator.run(shouldStop: shouldStop, progress: progress)
      }
    return Ending(
      result: result, wallSeconds: wall.duration(to: .now) / .seconds(1), cpuSeconds: threadSeconds() - cpu)
  }

  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Sends what is to be recorded to the thread that writes.
private struct ChannelSink: RequestSink {
  let channel: RunChannel

  mutating func use(_ placement: Placement, source: Int) throws { channel.send(.used(placement, source: source)) }
  mutating func record(_ request: RequestRecord) throws { channel.send(.requests([request])) }
  mutating func record(_ requests: [RequestRecord]) throws { channel.send(.requests(requests)) }
  mutating func record(_ steps: [StepRecord]) throws { channel.send(.steps(steps)) }
  mutating func record(_ extras: [RequestExtras]) throws { channel.send(.extras(extras)) }
}
