import ArgumentParser
import Foundation
import Inference
import StrictJSON

/// The program: one subcommand a file, each of which parses, calls one library function and prints.
@main
struct OffloadSim: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offloadsim",
    abstract: "Where should this network run? Simulates split inference over edge fleets and really executes it.",
    discussion: """
      Data goes to stdout, everything else to stderr. Exit codes: 0 done; 1 done, and the answer is no; 2 bad input; \
      64 usage; 70 internal error; 130 interrupted, with everything recorded so far committed.
      """,
    version: toolVersion,
    subcommands: [
      Run.self, Compare.self, Plan.self, Models.self, Infer.self, Export.self, Profile.self, Bench.self, Check.self,
      Schema.self,
    ])

  static func main() {
    Interruption.install()
    do {
      var command = try parseAsRoot()
      try checkInstructionSet()
      try command.run()
    } catch {
      finish(with: error)
    }
  }

  /// A forced instruction set that this processor does not have is said at once, whatever the command.
  private static func checkInstructionSet() throws {
    do { _ = try InstructionSet.selected() } catch { throw InputError("\(error)") }
  }

  /// Reports the error where errors go and ends with the exit code that belongs to it.
  private static func finish(with error: any Error) -> Never {
    switch error {
    case let error as InputError:
      for diagnostic in error.diagnostics { Console.error(diagnostic.description) }
      Foundation.exit(2)
    case is Interruption:
      Console.error("interrupted: everything recorded so far is committed")
      Foundation.exit(130)
    case is CleanExit, is ValidationError, is ExitCode:
      exit(withError: error)
    default:
      // What ArgumentParser throws of its own: help and version, or misuse.
      if [.success, .validationFailure].contains(exitCode(for: error)) { exit(withError: error) }
      Console.error("internal error: \(error)")
      Foundation.exit(70)
    }
  }
}

/// The version of the program, as `--version` and the results file say it.
let toolVersion = "0.1.0"
