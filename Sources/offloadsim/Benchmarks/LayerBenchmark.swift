import Experiments
import Foundation
import Inference
import StrictJSON

/// Where an engine's time goes: each layer of a network at its shortest over a number of runs.
struct LayerBenchmark {
  struct Row {
    let name: String
    let operatorName: String
    let shape: String
    let milliseconds: Double
    let gigaflops: Double
  }

  let network: String
  let rows: [Row]
  /// What one core reaches in products that stay in the nearest cache, in 10⁹ operations a second.
  let peak: Double
  let runs: Int

  init(_ name: String, threads: Int, runs: Int?) throws {
    let model = try LoadedModel.find(name).optimized()
    guard let graph = model.graph else { throw InputError("'\(name)' is no network") }
    let executor = try Executor(graph, threads: threads)
    let inputs = try model.seededInputs(seed: 1)
    var least = [Int](repeating: .max, count: executor.layers.count)
    network = name
    self.runs = runs ?? 20
    _ = try executor.run(inputs)
    for _ in 0..<self.runs where !Interruption.isRequested {
      var times = [Int](repeating: 0, count: least.count)
      _ = try executor.run(inputs) { times[$0] += $1 }
      for layer in least.indices { least[layer] = min(least[layer], times[layer]) }
    }
    peak = Kernels.current.measuredPeak() / 1e9
    rows = zip(executor.layers, least).map { layer, nanoseconds in
      let shape = layer.outputs.first.flatMap { graph[$0].type?.shape } ?? []
      return Row(
        name: layer.name, operatorName: graph.nodes[layer.mainNode].operatorName,
        shape: shape.map(String.init).joined(separator: "×"), milliseconds: Double(nanoseconds) / 1e6,
        gigaflops: nanoseconds > 0 ? 2 * Double(layer.macs) / Double(nanoseconds) : 0)
    }
  }

  var total: Double { rows.reduce(0) { $0 + $1.milliseconds } }

  var json: JSONValue {
    .object([
      .init("name", .string(network)), .init("runs", .number(runs)), .init("peak_gflops", .number(peak)),
      .init("sum_ms", .number(total)),
      .init(
        "layers",
        .array(
          rows.map { row in
            .object([
              .init("name", .string(row.name)), .init("operator", .string(row.operatorName)),
              .init("output_shape", .string(row.shape)), .init("min_ms", .number(row.milliseconds)),
              .init("gflops", .number(row.gigaflops)), .init("of_peak", .number(row.gigaflops / peak)),
            ])
          })),
    ])
  }

  var table: TextTable {
    var table = TextTable(["layer", "operator", "output", "min ms", "share", "GFLOP/s", "of peak"])
    for row in rows {
      table.add([
        .text(row.name), .text(row.operatorName), .text(row.shape), .number(row.milliseconds),
        .text("\(Int((100 * row.milliseconds / total).rounded())) %"), .number(row.gigaflops),
        .text("\(Int((100 * row.gigaflops / peak).rounded())) %"),
      ])
    }
    return table
  }
}
