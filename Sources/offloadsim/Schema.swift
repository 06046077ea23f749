import ArgumentParser
import Scenarios

/// `schema`: the JSON Schema of scenario files, from the initialisers that read them.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Print the JSON Schema (2020-12) of scenario files.")

  func run() { Console.print(Scenario.schema.pretty) }
}
