import ArgumentParser
import ModelZoo
import Scenarios

/// `check`: validates a scenario and the files that it names.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Validate a scenario, its profiles, cost tables and traces; print what it comes to.")

  @Argument(help: "The scenario file.")
  var scenario: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Change a value first, as in workload.0.arrivals.rate_per_s=30.", valueName: "path=value"))
  var overrides: [String] = []

  @Flag(help: "Print the scenario as JSON with every default filled in.")
  var resolved = false

  func run() throws {
    let overrides = try overrides.map { try Scenario.Override($0) }
    let scenario = try Scenario.load(scenario, overrides: overrides, zoo: Zoo.descriptions.map(\.name))
    if resolved {
      Console.print(scenario.resolved.pretty)
    } else {
      Console.print("ok")
      for line in scenario.summary { Console.print(line) }
    }
  }
}
