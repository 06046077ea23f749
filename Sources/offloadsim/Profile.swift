import ArgumentParser
import Experiments
import Foundation
import Partitioning
import StrictJSON

/// `offloadsim profile`: measure this machine and write a device profile.
struct Profile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures this machine layer by layer and by class of layers; writes a device profile.",
    discussion: """
      Without a model, the networks of the zoo and small networks with layers of every kind in many sizes are measured,
      which takes about a minute, and each network's time is compared with what a profile of all others says of it. The
      profile's times are of one thread at batch 1, the least of at least --runs runs.
      """)

  @Argument(help: "A zoo network or an ONNX file (default: a set of zoo networks).")
  var model: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the profile is written (default: stdout).", valueName: "file"))
  var output: String?

  @Flag(help: "Replace an existing file.")
  var force = false

  @Option(help: "Timed runs of each network.")
  var runs = 9

  func validate() throws {
    guard (1...10_000).contains(runs) else { throw ValidationError("--runs is between 1 and 10000") }
  }

  func run() throws {
    if let output, !force, FileManager.default.fileExists(atPath: output) {
      throw InputError("'\(output.printable)' exists already; --force replaces it")
    }
    let measurements = try measure()
    if model != nil, let only = measurements.first {
      for (name, sample) in only.layers {
        Console.error(String(format: "%10.3f us  ", sample.microseconds) + "\(sample.work.kind)  \(name.printable)")
      }
    }
    let profile = HostProfile.fit(measurements, named: ProcessInfo.processInfo.hostName)
    Console.error(table(of: measurements, by: profile).rendered())
    let text = profile.json.pretty + "\n"
    guard let output else { return Console.print(text, terminator: "") }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
    } catch { throw InputError("'\(output.printable)' cannot be written: \(error.localizedDescription)") }
  }

  private func measure() throws -> [HostProfile.Measurement] {
    if let model { return [try HostProfile.measure(try LoadedModel.find(model), runs: runs)] }
    return try HostProfile.measureAll(runs: runs) { _ in
      if Interruption.isRequested { throw Interruption() }
    }
  }

  /// How the sum of the layers and the profile compare with whole runs: with several networks, that of a profile made
  /// without the network.
  private func table(of measurements: [HostProfile.Measurement], by profile: DeviceProfile) -> TextTable {
    func difference(_ value: Double, _ reference: Double) -> TextTable.Cell {
      .text(String(format: "%+.1f %%", 100 * (value / reference - 1)))
    }
    var table = TextTable([
      "network", "whole ms", "sum of layers ms", "", model == nil ? "told by the others ms" : "told by itself ms", "",
    ])
    let predictions =
      model == nil
      ? HostProfile.leaveOneOut(measurements)
      : measurements.map { ($0, $0.predictedMilliseconds(by: profile)) }
    for (measurement, predicted) in predictions {
      let whole = measurement.wholeMilliseconds
      table.add([
        .text(measurement.model.printable), .number(whole), .number(measurement.layerMilliseconds),
        difference(measurement.layerMilliseconds, whole), .number(predicted), difference(predicted, whole),
      ])
    }
    return table
  }
}
