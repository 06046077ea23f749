import Experiments
import Foundation
import Inference
import ModelZoo
import Results
import Simulation
import StrictJSON

/// The cases of `bench`.
enum Benchmarks {
  /// Whole networks at batch 1; GFLOP/s count two operations per MAC.
  ///
  /// Also what comes once: reading the network and preparing its kernels (`load_ms`), and the run after it (`first_ms`).
  static func engine(models: [String], threads: Int) throws -> [BenchmarkCase] {
    let names =
      models.isEmpty ? ["mobilenet_v2", "resnet18", "resnet50", "squeezenet1_1", "lstm", "bert_mini"] : models
    return try names.map { name in
      let clock = ContinuousClock()
      let start = clock.now
      let model = try LoadedModel.find(name).optimized()
      guard let graph = model.graph else { throw InputError("'\(name)' is no network") }
      let executor = try Executor(graph, threads: threads)
      let loaded = clock.now
      let inputs = try model.seededInputs(seed: 1)
      let ready = clock.now
      let outputs = try executor.run(inputs)
      let once = [
        ("load_ms", (loaded - start) / .milliseconds(1)), ("first_ms", (clock.now - ready) / .milliseconds(1)),
        ("activation_mb", Double(executor.peakActivationBytes) / 1e6),
      ]
      let work = [(name: "gflops", amount: 2 * Double(graph.macs) / 1e9)]
      let label = name.split(separator: "/").last.map { $0.hasSuffix(".onnx") ? String($0.dropLast(5)) : String($0) }
      return BenchmarkCase(name: label ?? name, defaultRuns: 20, once: once) {
        try executor.run(inputs, into: outputs)
        return work
      }
    }
  }

  /// The event queue alone, then whole systems without records.
  static func simulation() -> [BenchmarkCase] {
    SimulationBenchmarks.cases.map { entry in
      BenchmarkCase(name: entry.name, defaultRuns: 3) {
        let work = try entry.run()
        return [("events_per_s", Double(work.events))]
          + (work.requests > 0 ? [("requests_per_s", Double(work.requests))] : [])
      }
    }
  }

  /// Rows of requests into SQLite, from the first to the closed file.
  static func recording() -> [BenchmarkCase] {
    [
      BenchmarkCase(name: "requests", defaultRuns: 3) {
        [("rows_per_s", Double(try RecordingBenchmark(requests: 500_000).run().requests))]
      }
    ]
  }
}
