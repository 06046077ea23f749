import ArgumentParser
import Foundation

/// `fuzz`: feeds damaged and made-up input to everything in the project that reads bytes.
///
/// Cases are numbered; case n of a target and seed is the same bytes on every machine. They run in a process of their own,
/// which is watched: a crash, an error of a kind that readers do not throw, a case that takes too long and one that takes
/// too much memory are findings. Exit codes: 0 nothing found; 1 something found; 64 usage.
@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz", abstract: "Feeds damaged and made-up input to everything that reads bytes.",
    discussion: "Targets: \(FuzzTarget.all.map(\.name).joined(separator: ", ")).")

  @Option(name: .customLong("target"), parsing: .singleValue, help: "Only this target; may be repeated.")
  var targets: [String] = []

  @Option(help: "Of the random numbers.")
  var seed: UInt64 = 1

  @Option(help: "The number of the first case.")
  var first = 0

  @Option(help: "How many cases of each target.")
  var iterations = 20_000

  @Option(help: "A case that takes longer is a finding.")
  var caseSeconds = 5.0

  @Option(help: "A case that takes more memory is a finding.")
  var caseMegabytes = 1024

  @Option(name: .shortAndLong, help: "The folder for the bytes of findings; made if missing.")
  var output = ".build/fuzz"

  @Option(help: "Run one file through the only --target, in this process.")
  var replay: String?

  /// The number of the first case to run, in the process that is watched.
  @Option(help: .hidden)
  var worker: String?

  func validate() throws {
    for name in targets where FuzzTarget.all.allSatisfy({ $0.name != name }) {
      throw ValidationError("there is no target '\(name)'")
    }
    guard iterations >= 0, first >= 0, caseSeconds > 0, (64...1_000_000).contains(caseMegabytes) else {
      throw ValidationError("iterations, seconds and megabytes must be positive")
    }
    if replay != nil || worker != nil, targets.count != 1 { throw ValidationError("name one --target") }
  }

  func run() throws {
    let chosen = FuzzTarget.all.filter { targets.isEmpty || targets.contains($0.name) }
    if let replay {
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: replay)))
      return print(try chosen[0].prepared().accepts(bytes) ? "accepted" : "refused")
    }
    if let worker {
      return try Worker(target: chosen[0], seed: seed, memoryLimit: caseMegabytes << 20, progress: worker)
        .run(first..<first + iterations)
    }
    var found = 0
    for target in chosen {
      let campaign = Campaign(
        target: target.name, seed: seed, seconds: caseSeconds, megabytes: caseMegabytes, folder: output)
      found += try campaign.run(first..<first + iterations)
    }
    if found > 0 { throw ExitCode(1) }
  }
}
