import StrictJSON

extension PlanReport {
  /// How the plan is written for people.
  public struct Layout {
    /// The columns of the terminal.
    public var columns: Int
    /// Whether every candidate cut is listed, or only those that a single tensor crosses.
    public var listsAllCuts: Bool
    /// Colours a piece of a bar.
    public var paint: (PlanChart.Part, String) -> String
    /// Makes the line of the optimum stand out.
    public var emphasise: (String) -> String

    public init(
      columns: Int = 100, listsAllCuts: Bool = false,
      paint: @escaping (PlanChart.Part, String) -> String = { $1 }, emphasise: @escaping (String) -> String = { $0 }
    ) {
      self.columns = columns
      self.listsAllCuts = listsAllCuts
      self.paint = paint
      self.emphasise = emphasise
    }
  }

  private struct Row {
    let name: String
    let placement: Placement
    let cost: PlanCost
  }

  /// The plan for people: a bar for each cut, the policy's choice and the optimum marked, and the rates between which
  /// they hold.
  public func text(_ layout: Layout = Layout()) -> String {
    let rows = rows(all: layout.listsAllCuts)
    let chart = PlanChart(objective, of: rows.map { ($0.placement, $0.cost) }, in: problem)
    let titles = ["cut after", "ms", "device J", "1/s", "up B", "down B"]
    let cells = [titles] + rows.map { [$0.name.shortened(to: 32)] + Self.cells($0.cost) }
    let widths = titles.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    let marks = rows.map { self.marks($0.placement, $0.cost) }
    let markWidth = marks.map(\.count).max() ?? 0
    let barWidth = min(60, max(16, layout.columns - widths.reduce(0, +) - 2 * widths.count - markWidth - 2))
    let bars = chart.drawn(width: barWidth, paint: layout.paint)
    let tiers = problem.tiers.map(\.name.printable).joined(separator: " - ")
    let legend = chart.parts.map { layout.paint($0, String($0.glyph)) + " " + $0.title(objective) }
    var lines = [
      "\(problem.network.name.printable): \(tiers), \(objective.rawValue) with \(policy.printable) (\(informationClass.rawValue))",
      "",
    ]
    lines += [legend.joined(separator: "   ") + barMeaning, ""]
    for (index, row) in cells.enumerated() {
      let bar = index == 0 ? ("", barWidth) : (bars[index - 1].text, bars[index - 1].free)
      let mark = index == 0 ? "" : marks[index - 1]
      let numbers = row.indices.dropFirst().map { padded(row[$0], to: widths[$0], right: true) }
      let line =
        ([padded(row[0], to: widths[0], right: false), bar.0 + String(repeating: " ", count: bar.1)] + numbers
        + [mark]).joined(separator: "  ")
      let isBest = index > 0 && rows[index - 1].placement == optimum.placement
      lines.append(isBest ? layout.emphasise(line.withoutTrailingSpaces) : line.withoutTrailingSpaces)
    }
    lines += ["", "\(policy.printable): " + summary(of: choice.placement)]
    if optimum.placement != choice.placement { lines.append("optimum: " + summary(of: optimum.placement)) }
    lines += bandwidthLines
    if !layout.listsAllCuts, !isChain {
      let count = candidates.count - rows.filter { row in candidates.contains { $0.placement == row.placement } }.count
      if count > 0 {
        lines.append("\(count) cuts that more than one tensor crosses, or that equal another, are left out: --all-cuts")
      }
    }
    if !optimumIsProven {
      let gap = optimumGap.map { "; none is better by more than \(rounded(100 * $0)) %" } ?? ""
      lines.append("the best found is not proven to be the best of all\(gap)")
    }
    lines += notes.map { "note: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The cuts of the chain, then the choice and the optimum where they are none of them.
  private func rows(all: Bool) -> [Row] {
    let cuts = Set(problem.singleTensorCuts.map(\.name))
    var rows: [Row] = []
    for candidate in candidates where all || cuts.contains(candidate.cut) {
      if rows.last?.placement == candidate.placement, !all { continue }
      rows.append(
        Row(name: candidate.cut?.printable ?? "(nothing)", placement: candidate.placement, cost: candidate.cost))
    }
    for (name, choice) in [("(choice)", choice), ("(optimum)", optimum)] {
      if rows.contains(where: { $0.placement == choice.placement }) { continue }
      rows.append(Row(name: name, placement: choice.placement, cost: choice.cost))
    }
    return rows
  }

  private func marks(_ placement: Placement, _ cost: PlanCost) -> String {
    var marks: [String] = []
    if placement == choice.placement { marks.append("chosen") }
    if placement == optimum.placement { marks.append(optimumIsProven ? "optimum" : "best found") }
    return marks.isEmpty ? "" : "◀ " + marks.joined(separator: ", ")
  }

  private var barMeaning: String {
    switch objective {
    case .latency: ""
    case .energy: "   (joules of the device)"
    case .throughput: "   (time of the busiest stage)"
    }
  }

  private var isChain: Bool { problem.singleTensorCuts.count >= candidates.count }

  private static func cells(_ cost: PlanCost) -> [String] {
    [
      rounded(cost.latencyMilliseconds), rounded(cost.deviceJoules), rounded(cost.throughputPerSecond),
      String(cost.bytesUp), String(cost.bytesDown),
    ]
  }

  private func padded(_ text: String, to width: Int, right: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
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
}

extension String {
  fileprivate var withoutTrailingSpaces: String {
    String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
  }

  /// The end of a long name, which tells layers apart better than its beginning.
  fileprivate func shortened(to length: Int) -> String { count > length ? "…" + suffix(length - 1) : self }
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
