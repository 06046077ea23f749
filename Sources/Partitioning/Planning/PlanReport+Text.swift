import StrictJSON

extension PlanReport {
  /// The plan for people: a line per candidate cut, the policy's choice and the optimum marked.
  public var text: String {
    let tiers = problem.tiers.map(\.name)
    let best = candidates.map { $0.cost.burden(objective) }.min() ?? .infinity
    var lines = [
      "\(problem.network.name): \(tiers.joined(separator: " - ")), \(objective.rawValue) with \(policy)", "",
    ]
    var rows = [["cut after", "latency ms", "device J", "1/s", "up B", "down B", ""]]
    for candidate in candidates {
      var marks: [String] = []
      if candidate.placement == choice.placement { marks.append("chosen") }
      if candidate.placement == optimum.placement { marks.append("optimum") }
      if marks.isEmpty, candidate.cost.burden(objective) == best { marks.append("best cut") }
      let name = candidate.cut ?? "(nothing)"
      rows.append([name.printable] + Self.cells(candidate.cost) + [marks.joined(separator: ", ")])
    }
    for (name, choice) in [("choice", choice), ("optimum", optimum)] {
      rows.append([name] + Self.cells(choice.cost) + [name == "optimum" && !optimumIsProven ? "best found" : ""])
    }
    lines += Self.aligned(rows)
    lines += ["", "\(policy): " + summary(of: choice.placement)]
    if optimum.placement != choice.placement { lines.append("optimum: " + summary(of: optimum.placement)) }
    lines += notes.map { "note: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func cells(_ cost: PlanCost) -> [String] {
    [
      rounded(cost.latencyMilliseconds), rounded(cost.deviceJoules), rounded(cost.throughputPerSecond),
      String(cost.bytesUp), String(cost.bytesDown),
    ]
  }

  /// Runs of layers on one tier: `device: input to conv3 (4 layers); cloud: fc`.
  private func summary(of placement: Placement) -> String {
    var runs: [(tier: Int, first: Int, last: Int, count: Int)] = []
    for layer in listedLayers {
      if let last = runs.indices.last, runs[last].tier == placement[layer] {
        runs[last].last = layer
        runs[last].count += 1
      } else {
        runs.append((placement[layer], layer, layer, 1))
      }
    }
    let names = problem.network.layers.map(\.name.printable)
    let opened = placement.splits.map { split in
      let parts = problem.network.layers[split.layer].parts
      return "; \(names[split.layer]) is cut open after \(parts[split.part].name.printable), "
        + "the rest of it runs unfused on \(problem.tiers[Int(split.tier)].name)"
    }.joined()
    return runs.map { run in
      let layers = run.count == 1 ? names[run.first] : "\(names[run.first]) to \(names[run.last]) (\(run.count) layers)"
      return "\(problem.tiers[run.tier].name): \(layers)"
    }.joined(separator: "; ") + opened
  }

  /// Columns of equal width, two spaces apart: names to the left, numbers to the right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 || column == row.count - 1 ? cell + padding : padding + cell
      }
      let line = cells.joined(separator: "  ")
      return String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
    }
  }
}

/// Four significant digits, and every digit of larger whole numbers.
func rounded(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 9e15 else { return value.isFinite ? "\(value)" : "-" }
  var (scale, digits) = (1.0, 0)
  while digits < 9, abs(value) * scale < 1000, value != 0 {
    scale *= 10
    digits += 1
  }
  let text = String(Int64((abs(value) * scale).rounded()))
  let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
  let sign = value < 0 ? "-" : ""
  return sign + padded.dropLast(digits) + (digits > 0 ? "." + padded.suffix(digits) : "")
}
