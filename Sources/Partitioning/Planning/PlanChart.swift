/// What candidate cuts cost, as stacked bars: where the time goes, or the device's joules, or the busiest stage.
public struct PlanChart: Sendable {
  /// What a piece of a bar stands for, in the order of stacking.
  public enum Part: String, Sendable, CaseIterable {
    case device, upload, edge, server, download, messages, radio

    /// Each part has a glyph of its own, so that bars can be read without colour.
    var glyph: Character {
      switch self {
      case .device: "█"
      case .upload: "▒"
      case .edge: "▚"
      case .server: "▓"
      case .download: "░"
      case .messages: "▪"
      case .radio: "~"
      }
    }

    /// What the legend says of it: nanoseconds of a request's latency, or joules of the device.
    func title(_ objective: Objective) -> String {
      switch (self, objective) {
      case (.device, .energy): "computing"
      case (.upload, .energy): "sending"
      case (.server, .energy): "waiting"
      case (.download, .energy): "receiving"
      case (.messages, _): "reading and writing messages"
      case (.radio, _): "radio waking and lingering"
      default: rawValue
      }
    }
  }

  /// One bar: its pieces, which add up to the objective's figure.
  public struct Bar: Sendable {
    public let pieces: [(part: Part, amount: Double)]
    public var total: Double { pieces.reduce(0) { $0 + $1.amount } }
  }

  let objective: Objective
  let bars: [Bar]

  init(_ objective: Objective, of placements: [(placement: Placement, cost: PlanCost)], in problem: PlacementProblem) {
    self.objective = objective
    bars = placements.map { entry in
      objective == .throughput
        ? Bar(pieces: problem.busiestStage(under: entry.placement)) : Bar(pieces: entry.cost.pieces(objective))
    }
  }

  /// The parts that any bar has.
  var parts: [Part] {
    Part.allCases.filter { part in bars.contains { $0.pieces.contains { $0.part == part && $0.amount > 0 } } }
  }

  /// The bars drawn over `width` columns to one scale, each with the columns it leaves free.
  ///
  /// Bars of more than 12 times the shortest are broken off with an arrow, so that those worth comparing stay long.
  func drawn(width: Int, paint: (Part, String) -> String) -> [(text: String, free: Int)] {
    let totals = bars.map(\.total)
    let scale = min(totals.max() ?? 0, 12 * (totals.min() ?? 0))
    let full = scale > 0 ? scale : totals.max() ?? 0
    return bars.map { bar in
      guard full > 0 else { return ("", width) }
      let isBroken = bar.total > full * (1 + 1e-9)
      let columns = isBroken ? width - 1 : width
      var (sum, used, text) = (0.0, 0, "")
      for piece in bar.pieces {
        sum += piece.amount
        let end = min(columns, Int((sum / full * Double(width)).rounded()))
        if end > used { text += paint(piece.part, String(repeating: piece.part.glyph, count: end - used)) }
        used = max(used, end)
      }
      return isBroken ? (text + "▶", width - used - 1) : (text, width - used)
    }
  }
}

extension PlanCost {
  fileprivate func pieces(_ objective: Objective) -> [(part: PlanChart.Part, amount: Double)] {
    objective == .energy
      ? [
        (.device, deviceComputeJoules), (.upload, transmitJoules), (.server, waitJoules), (.download, receiveJoules),
        (.radio, radioOverheadJoules),
      ]
      : [
        (.device, Double(deviceCompute)), (.upload, Double(uplink)), (.edge, Double(edgeCompute)),
        (.server, Double(cloudCompute)), (.download, Double(downlink)), (.messages, Double(serialize)),
      ]
  }
}

extension PlacementProblem {
  /// The stage that limits the throughput, and its time in nanoseconds.
  fileprivate func busiestStage(under placement: Placement) -> [(part: PlanChart.Part, amount: Double)] {
    let stages = stageTimes(under: placement)
    var busiest: (part: PlanChart.Part, amount: Double) = (.device, 0)
    func consider(_ part: PlanChart.Part, _ time: Int64) {
      if Double(time) > busiest.amount { busiest = (part, Double(time)) }
    }
    for (tier, time) in stages.compute.enumerated() {
      switch role(of: tier) {
      case .device: consider(.device, time)
      case .edge: consider(.edge, time)
      case .cloud: consider(.server, time)
      }
    }
    for time in stages.up { consider(.upload, time) }
    for time in stages.down { consider(.download, time) }
    return [busiest]
  }
}
