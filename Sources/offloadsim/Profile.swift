import ArgumentParser
import Experiments
import Foundation
import StrictJSON

/// `offloadsim profile`: measure this machine and write a device profile.
struct Profile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures this machine layer by layer and by class of layers; writes a device profile.",
    discussion:
      "Without a model, networks of every class are measured. The profile's times are of one thread at batch 1.")

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
    let names = model.map { [$0] } ?? HostProfile.defaultModels
    let measurements = try names.map { name in
      if Interruption.isRequested { throw Interruption() }
      return try HostProfile.measure(try LoadedModel.find(name), runs: runs)
    }
    if let only = measurements.first, model != nil {
      for layer in only.layers {
        Console.error(
          String(format: "%10.3f us  ", layer.nanoseconds / 1e3)
            + "\(layer.costClass.rawValue)  \(layer.name.printable)")
      }
    }
    let profile = HostProfile.fit(measurements, named: ProcessInfo.processInfo.hostName)
    for measurement in measurements {
      let predicted = measurement.predictedMilliseconds(by: profile)
      Console.error(
        "\(measurement.model.printable): whole network "
          + String(
            format: "%.3f ms, sum of its layers %.3f ms, by the profile %.3f ms (%+.0f %%)",
            measurement.wholeMilliseconds, measurement.layerMilliseconds, predicted,
            100 * (predicted / measurement.wholeMilliseconds - 1)))
    }
    let text = profile.json.pretty + "\n"
    guard let output else { return Console.print(text, terminator: "") }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
    } catch { throw InputError("'\(output.printable)' cannot be written: \(error.localizedDescription)") }
  }
}
