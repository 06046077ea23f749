import ArgumentParser
import Experiments
import ONNX
import StrictJSON

/// `offloadsim sample-model`: the small network that Scenarios/onnx-model.json reads, made anew.
struct SampleModel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample-model", abstract: "Writes the repository's sample network as an ONNX file.",
    shouldDisplay: false)

  @Argument(help: "The file to write.")
  var path: String

  func run() throws {
    guard let graph = try LoadedModel.find("ds_cnn").graph else { return }
    do { try ONNXWriter.write(graph, to: path) } catch { throw InputError("\(error)") }
  }
}
