import ArgumentParser
import Experiments
import Foundation
import Inference
import ModelZoo
import Results
import Scenarios
import StrictJSON

/// `offloadsim run`: simulate every policy of a scenario, execute the partitions, record and compare.
struct Run: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }
  enum Record: String, ExpressibleByArgument, CaseIterable { case summary, requests, events }

  static let configuration = CommandConfiguration(
    abstract: "Simulates a scenario under each policy and really executes the partitions.",
    discussion: """
      Every policy sees the same random numbers. The results are an SQLite file; its views policy_summary, \
      latency_breakdown, node_summary, link_summary and replication_summary are made to be queried.
      """)

  @Argument(help: "A scenario file.", completion: .file(extensions: ["json"]))
  var scenario: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The results file (default: Results/<name>.db).", valueName: "db"))
  var output: String?

  @OptionGroup var changes: ScenarioChanges

  @Option(help: "How much is stored: summary, requests or events.")
  var record: Record?

  @Option(help: "How many replications are simulated at a time; results do not depend on it.")
  var jobs = 1

  @Option(
    help: ArgumentHelp(
      "Replicate, ten times at least, until the mean latency of every policy is known to this relative error: 5% or 0.05.",
      valueName: "error"))
  var precision: String?

  @Option(help: "What is printed: text or json.")
  var format = Format.text

  @Flag(help: "Replace an existing results file.")
  var force = false

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  @OptionGroup var passes: PassOption

  @OptionGroup var colors: ColorOption

  func validate() throws {
    guard (1...1024).contains(jobs) else { throw ValidationError("--jobs is between 1 and 1024") }
    guard precision == nil || relativeError != nil else {
      throw ValidationError("--precision is a relative error between 0.01% and 100%, such as 5% or 0.05")
    }
  }

  private var relativeError: Double? {
    guard let precision else { return nil }
    let value = precision.hasSuffix("%") ? Double(precision.dropLast()).map { $0 / 100 } : Double(precision)
    return value.flatMap { (0.0001...1).contains($0) ? $0 : nil }
  }

  func run() throws {
    let started = ContinuousClock.now
    let scenario = try Scenario.load(
      scenario,
      overrides: try changes.overrides(record: record?.rawValue) + (relativeError.map { [.precision($0)] } ?? []),
      zoo: Zoo.descriptions.map(\.name))
    let path = output ?? "Results/\(scenario.name).db"
    try ResultsWriter.checkOutput(path, force: force, createsFolder: output == nil)
    let system = try ScenarioSystem(scenario, passes: try passes.selection ?? .standard)
    let writer = try ResultsWriter(creating: path, force: force, createsFolder: output == nil)
    let meter = ProgressLine(isShown: !quiet && Console.isErrorATerminal)
    let experiment = Experiment(system, toolVersion: toolVersion)
    let outcome: Experiment.Outcome
    do {
      outcome = try experiment.run(
        into: writer, jobs: jobs, shouldStop: { Interruption.isRequested }, progress: { meter.show($0) })
    } catch {
      meter.clear()
      try? writer.close()
      throw error
    }
    meter.clear()
    try writer.close()
    let report = try RunReport(
      ResultsReader(path), path: path, outcome: outcome, scenario: scenario,
      seconds: started.duration(to: .now) / .seconds(1))
    if !quiet {
      switch format {
      case .text: try report.printText(colored: colors.color.applies())
      case .json: Console.print(try report.json.pretty)
      }
    }
    for note in outcome.notes where !quiet { Console.error("note: \(note)") }
    if outcome.wasInterrupted { throw Interruption() }
    if outcome.executed.unequalOutputs > 0 {
      Console.error("error: \(outcome.executed.unequalOutputs) executions differ from the whole network")
      throw ExitCode(1)
    }
  }
}

/// Options that change a scenario before it is read.
struct ScenarioChanges: ParsableArguments {
  @Option(
    name: .customLong("policy"), parsing: .singleValue,
    help: ArgumentHelp("A policy, NAME or NAME,key=value; replaces the scenario's, may be repeated.", valueName: "spec")
  )
  var policies: [String] = []

  @Option(help: "The seed of all random numbers.")
  var seed: Int?

  @Option(help: "How many replications.")
  var replications: Int?

  @Option(help: ArgumentHelp("Simulated seconds in which requests arrive.", valueName: "seconds"))
  var duration: Double?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Change a value, such as workload.0.arrivals.rate_per_s=30; may be repeated.", valueName: "path=value"))
  var settings: [String] = []

  func overrides(record: String? = nil) throws -> [Scenario.Override] {
    var overrides = try settings.map { try Scenario.Override($0) }
    if let seed { overrides.append(.seed(seed)) }
    if let replications { overrides.append(.replications(replications)) }
    if let duration { overrides.append(try .duration(seconds: duration)) }
    if let record { overrides.append(.record(record)) }
    if !policies.isEmpty { overrides.append(.policies(policies)) }
    return overrides
  }
}
