import ArgumentParser
import Inference
import StrictJSON

/// `--passes`: how the network is rewritten before it is planned and executed.
struct PassOption: ParsableArguments {
  @Option(
    name: .customLong("passes"), parsing: .unconditional,
    help: ArgumentHelp(
      "Graph passes: all, standard, none, NAME,NAME or -NAME to leave one out (default: standard).",
      discussion: "Passes: \(PassSelection.known.joined(separator: ", ")).", valueName: "list"))
  var text: String?

  /// What was chosen; throws `InputError` where a word names no pass.
  var selection: PassSelection? {
    get throws {
      guard let text else { return nil }
      do { return try PassSelection(text) } catch { throw InputError("--passes: \(error)") }
    }
  }
}
