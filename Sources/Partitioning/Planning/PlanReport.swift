import StrictJSON

/// What `offloadsim plan` prints.
public struct PlanReport: Sendable {
  public struct Choice: Sendable {
    public let placement: Placement
    public let cost: PlanCost
  }

  public struct Candidate: Sendable {
    /// `nil` for the cut before every layer.
    public let cut: String?
    public let placement: Placement
    public let cost: PlanCost
  }

  public let problem: PlacementProblem
  public let objective: Objective
  /// The kind of the policy.
  public let policy: String
  /// What the policy may know.
  public let informationClass: InformationClass
  public let choice: Choice
  public let candidates: [Candidate]
  public let optimum: Choice
  /// Whether `optimum` is known to be the best of all placements.
  public let optimumIsProven: Bool
  /// By what share of its cost another placement could at most be better; `nil` where that is not known.
  public let optimumGap: Double?
  /// What other rates of the links would change, hop by hop.
  public let bandwidths: [Bandwidth]
  /// What a reader should know of the figures.
  public let notes: [String]

  public var json: JSONValue {
    let rows = candidates.map { candidate in
      JSONValue.object(
        [.init("cut", candidate.cut.map { .string($0) } ?? .null)] + Self.figures(candidate.cost)
          + [.init("parts", Self.parts(candidate.cost))])
    }
    let more: [JSONValue.Member] = [
      .init("candidates", .array(rows)), .init("optimum", .object(members(optimum))),
      .init("optimum_is_proven", .bool(optimumIsProven)), .init("policy", .string(policy)),
      .init("optimum_gap", optimumGap.map { .number($0) } ?? .null),
      .init("information_class", .string(informationClass.rawValue)), .init("bandwidth", bandwidthJSON),
      .init("notes", .array(notes.map { .string($0) })),
    ]
    return .object(members(choice) + more)
  }

  private func members(_ choice: Choice) -> [JSONValue.Member] {
    let cost = choice.cost
    return [.init("objective", .string(objective.rawValue)), .init("value", .number(cost.value(objective)))]
      + Self.figures(cost) + [
        .init("total_energy_j", .number(cost.totalJoules)), .init("uplink_bytes", .number(Int(cost.bytesUp))),
        .init("downlink_bytes", .number(Int(cost.bytesDown))), .init("parts", Self.parts(cost)),
        .init("placement", .object(placement(choice.placement))),
      ]
  }

  /// They add up to the latency.
  private static func parts(_ cost: PlanCost) -> JSONValue {
    [
      "device_compute_ms": .number(Double(cost.deviceCompute) / 1e6), "uplink_ms": .number(Double(cost.uplink) / 1e6),
      "serialize_ms": .number(Double(cost.serialize) / 1e6),
      "edge_compute_ms": .number(Double(cost.edgeCompute) / 1e6),
      "cloud_compute_ms": .number(Double(cost.cloudCompute) / 1e6),
      "downlink_ms": .number(Double(cost.downlink) / 1e6),
    ]
  }

  private static func figures(_ cost: PlanCost) -> [JSONValue.Member] {
    [
      .init("latency_ms", .number(cost.latencyMilliseconds)), .init("energy_j", .number(cost.deviceJoules)),
      .init("throughput_per_s", .number(cost.throughputPerSecond)),
    ]
  }

  /// The tier of each layer by name; inputs of a real network are no layers.
  private func placement(_ placement: Placement) -> [JSONValue.Member] {
    listedLayers.flatMap { layer -> [JSONValue.Member] in
      let own = JSONValue.Member(problem.network.layers[layer].name, .string(problem.tiers[placement[layer]].name))
      guard let split = placement.splits.first(where: { $0.layer == layer }) else { return [own] }
      // A layer that is cut open is listed part by part.
      return problem.network.layers[layer].parts.enumerated().map { index, part in
        .init(part.name, .string(problem.tiers[index <= split.part ? placement[layer] : Int(split.tier)].name))
      }
    }
  }

  /// The layers that have a name of their own, in topological order.
  var listedLayers: [Int] {
    problem.network.layers.indices.filter { problem.network.listsInputs || !problem.network.layers[$0].isInput }
  }
}
