import Simulation

/// What memory, heat, power states and batteries came to on a node's machines; NULL where a node has no such thing.
enum MachineColumns {
  static let columns: [Column<TotalsRow<NodeTotals>>] = [
    .optionalInteger("cold_starts", "visits that had to load weights first") { $0.figures.coldStarts.map(Int64.init) },
    .optionalInteger("evictions", "weights that left the memory for others") { $0.figures.evictions.map(Int64.init) },
    .optionalReal("peak_temperature_c", "the highest of all machines") { $0.figures.peakCelsius },
    .optionalReal("throttled_s", "machine seconds in which a temperature limited the speed") {
      $0.figures.throttledSeconds
    },
    .optionalInteger("boots", "times that a machine was booted") { $0.figures.boots.map(Int64.init) },
    .optionalReal("off_s", "machine seconds without power") { $0.figures.offSeconds },
    .optionalReal("battery_used_j", "of all batteries, from the start of the run to its end") {
      $0.figures.batteryUsedJoules
    },
    .optionalReal("battery_left_j", "in all batteries at the end of the run") { $0.figures.batteryLeftJoules },
    .optionalInteger("batteries_empty", "machines that stopped") { $0.figures.batteriesEmpty.map(Int64.init) },
    .optionalReal("first_battery_empty_s", "when the first machine stopped; NULL where none did") {
      $0.figures.firstEmptySeconds
    },
  ]

  /// The same as means over replications, for a view.
  static var means: String {
    columns.map { "  avg(n.\($0.name)) AS \($0.name)," + "  -- \($0.comment)" }.joined(separator: "\n")
  }
}

extension TotalsRow<NodeTotals> {
  fileprivate var figures: MachineFigures { totals.machines }
}
