import ArgumentParser
import Experiments
import StrictJSON

/// `offloadsim compare`: policies side by side.
struct Compare: ParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, md, csv, json
  }

  static let configuration = CommandConfiguration(
    abstract: "Compares policies, with paired differences and 95 % confidence intervals.",
    discussion: """
      Replications of the same number saw the same random numbers under every policy; their differences to the baseline \
      are averaged. An interval that does not contain 0 is a difference that chance hardly explains.
      """)

  @Argument(help: "Results files.", completion: .file(extensions: ["db"]))
  var databases: [String]

  @Option(help: ArgumentHelp("What the others are compared with (default: the first).", valueName: "policy"))
  var baseline: String?

  @Option(
    name: .customLong("metric"), parsing: .singleValue,
    help: ArgumentHelp("A figure of replication_summary; may be repeated.", valueName: "name"))
  var metrics: [String] = []

  @Option(help: "text, md, csv or json.")
  var format = Format.text

  @OptionGroup var colors: ColorOption

  func run() throws {
    let comparison = try Comparison(of: databases, baseline: baseline, metrics: metrics)
    switch format {
    case .text: printTables(of: comparison)
    case .md: Console.print(table(of: comparison.rows, withScenario: true).rendered(.md))
    case .csv: Console.print(table(of: comparison.rows, withScenario: true).rendered(.csv))
    case .json: Console.print(json(of: comparison).pretty)
    }
    for note in comparison.notes { Console.error(note) }
  }

  /// A table for each scenario; a metric is named once.
  private func printTables(of comparison: Comparison) {
    let colored = colors.color.applies()
    for (index, (scenario, baseline)) in comparison.baselines.enumerated() {
      if index > 0 { Console.print("") }
      Console.print("\(scenario.printable): differences to \(baseline.printable), 95 % confidence")
      let rows = comparison.rows.filter { $0.scenario == scenario }
      Console.print(table(of: rows, withScenario: false).rendered(.text, colored: colored))
    }
  }

  private func table(of rows: [Comparison.Row], withScenario: Bool) -> TextTable {
    let titles = ["metric", "policy", "knows", "mean", "difference", "percent", "low95", "high95", "replications"]
    var table = TextTable(withScenario ? ["scenario"] + titles : titles)
    var metric: String?
    for row in rows {
      let isNew = withScenario || row.metric != metric
      metric = row.metric
      let interval = row.difference?.interval
      // What chance hardly explains stands out.
      let style: Style = interval.map { $0.contains(0) } ?? true ? .plain : .bold
      table.add(
        (withScenario ? [.text(row.scenario)] : []) + [
          .text(isNew ? row.metric : ""), .text(row.policy), .text(row.informationClass), .number(row.mean),
          .number(row.difference?.mean, style: style), .number(row.percent, digits: 3),
          .number(interval?.lowerBound), .number(interval?.upperBound), .count(row.replications),
        ])
    }
    return table
  }

  private func json(of comparison: Comparison) -> JSONValue {
    let rows = comparison.rows.map { row in
      JSONValue.object([
        .init("scenario", .string(row.scenario)), .init("metric", .string(row.metric)),
        .init("policy", .string(row.policy)), .init("information_class", .string(row.informationClass)),
        .init("replications", .number(row.replications)),
        .init("mean", .optional(row.mean)), .init("difference", .optional(row.difference?.mean)),
        .init("difference_percent", .optional(row.percent)),
        .init("difference_low95", .optional(row.difference?.interval?.lowerBound)),
        .init("difference_high95", .optional(row.difference?.interval?.upperBound)),
        .init("pairs", .number(row.difference?.pairs ?? 0)),
      ])
    }
    let baselines = comparison.baselines.map { JSONValue.Member($0.scenario, .string($0.policy)) }
    return .object([
      .init("baselines", .object(baselines)), .init("rows", .array(rows)),
      .init("notes", .array(comparison.notes.map { .string($0) })),
    ])
  }
}

extension Comparison.Row {
  /// The difference in percent of the baseline's mean.
  fileprivate var percent: Double? {
    guard let difference, let baselineMean, baselineMean != 0 else { return nil }
    return 100 * difference.mean / baselineMean.magnitude
  }
}

extension JSONValue {
  /// A number, or null.
  fileprivate static func optional(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }
}
