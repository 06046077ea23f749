import ArgumentParser
import Experiments
import StrictJSON

/// `offloadsim bench`: the built-in benchmarks.
struct Bench: ParsableCommand {
  enum Subject: String, ExpressibleByArgument, CaseIterable { case engine, simulation, recording, planning }
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

  static let configuration = CommandConfiguration(
    abstract: "Times the kernel engine, the simulator, recording or planning on this machine.",
    discussion:
      """
      The first run of a case is a warm-up and is not counted. Compare figures of one machine and one time only.

      engine also tells what comes once: load_ms, reading the network, its passes and packing its weights; first_ms, \
      the first run; activation_mb, the memory that intermediate tensors share.
      """)

  @Argument(help: "engine, simulation, recording or planning.")
  var subject: Subject

  @Option(
    name: .customLong("model"), parsing: .singleValue,
    help: ArgumentHelp(
      "A zoo network or an ONNX file, for engine and planning; may be repeated.", valueName: "name|file"))
  var models: [String] = []

  @Option(help: "Threads of the engine.")
  var threads = 1

  @Option(help: "Counted runs of each case.")
  var runs: Int?

  @Flag(help: "Time every layer of the networks instead of the whole: engine only.")
  var layers = false

  @Option(help: "text or json.")
  var format = Format.text

  func validate() throws {
    guard (1...256).contains(threads) else { throw ValidationError("--threads is between 1 and 256") }
    if layers, subject != .engine { throw ValidationError("--layers goes with engine") }
    if let runs, !(1...1_000_000).contains(runs) { throw ValidationError("--runs is between 1 and 1000000") }
  }

  func run() throws {
    if layers { return try printLayers() }
    let cases: [BenchmarkCase] =
      switch subject {
      case .engine: try Benchmarks.engine(models: models, threads: threads)
      case .simulation: Benchmarks.simulation()
      case .recording: Benchmarks.recording()
      case .planning: try Benchmarks.planning(models: models)
      }
    var results: [BenchmarkCase.Result] = []
    for entry in cases where !Interruption.isRequested { results.append(try entry.time(runs: runs)) }
    switch format {
    case .json:
      let rows = results.map { result in
        JSONValue.object(
          [
            .init("name", .string(result.name)), .init("runs", .number(result.runs)),
            .init("min_ms", .number(result.minimumMilliseconds)),
            .init("median_ms", .number(result.medianMilliseconds)),
          ] + (result.once + result.rates).map { .init($0.name, .number($0.value)) })
      }
      Console.print(JSONValue.object([.init("cases", .array(rows))]).pretty)
    case .text:
      let once = results.first?.once.map { $0.name.replacing("_", with: " ") } ?? []
      var table = TextTable(["case", "runs"] + once + ["min ms", "median ms", "rates at the minimum"])
      for result in results {
        table.add(
          [.text(result.name), .count(result.runs)] + result.once.map { TextTable.Cell.number($0.value) } + [
            .number(result.minimumMilliseconds), .number(result.medianMilliseconds),
            .text(result.rates.map { "\($0.name) \(Self.short($0.value))" }.joined(separator: ", ")),
          ])
      }
      Console.print(table.rendered(.text))
    }
    if Interruption.isRequested { throw Interruption() }
  }

  private func printLayers() throws {
    let names = models.isEmpty ? ["mobilenet_v2"] : models
    let benchmarks = try names.map { try LayerBenchmark($0, threads: threads, runs: runs) }
    switch format {
    case .json: Console.print(JSONValue.object([.init("networks", .array(benchmarks.map(\.json)))]).pretty)
    case .text:
      for benchmark in benchmarks {
        Console.print(benchmark.table.rendered(.text))
        Console.print(
          "\(benchmark.network): \(Self.short(benchmark.total)) ms over its layers, "
            + "peak \(Self.short(benchmark.peak)) GFLOP/s a core")
      }
    }
    if Interruption.isRequested { throw Interruption() }
  }

  private static func short(_ value: Double) -> String {
    switch value {
    case 1e6...: "\((value / 1e4).rounded() / 100) M"
    case 1e3...: "\((value / 10).rounded() / 100) k"
    default: "\((value * 100).rounded() / 100)"
    }
  }
}
