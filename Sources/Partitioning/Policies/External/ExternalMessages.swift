import StrictJSON

/// The lines that an external policy is sent; `docs/external-policy.schema.json` describes them.
enum ExternalMessages {
  /// What is profiled of a source: its network, tiers and links.
  ///
  /// Sent once, before the first question for that source.
  static func network(_ context: DecisionContext) -> JSONValue {
    let problem = context.problem
    let tiers = problem.tiers.indices.map { tier -> JSONValue in
      .object([
        .init("name", .string(problem.tiers[tier].name)), .init("role", .string(problem.role(of: tier).rawValue)),
        .init("servers", .number(problem.tiers[tier].servers)),
        .init("busy_w", .number(problem.tiers[tier].busyWatts)),
        .init("idle_w", .number(problem.tiers[tier].idleWatts)),
      ])
    }
    let links = problem.hops.map { hop -> JSONValue in
      .object([
        .init("uplink_mbps", .number(hop.uplinkBitsPerSecond / 1e6)),
        .init("downlink_mbps", .number(hop.downlinkBitsPerSecond / 1e6)),
        .init("rtt_ms", .number(2 * Double(hop.propagationNanoseconds) / 1e6)),
      ])
    }
    let layers = problem.network.layers.indices.map { index -> JSONValue in
      let layer = problem.network.layers[index]
      return .object([
        .init("name", .string(layer.name)), .init("input", .bool(layer.isInput)),
        .init("inputs", .array(layer.inputs.map { .string(producer(of: $0, problem)) })),
        .init("output_bytes", .number(layer.outputs.reduce(0) { $0 + problem.network.tensors[$1].bytes })),
        .init("ms", .array(problem.tiers.map { .number(Double($0.computeNanoseconds[index]) / 1e6) })),
        .init("pinned", problem.pinnedTier(of: index).map { .string(problem.tiers[$0].name) } ?? .null),
      ])
    }
    let cuts = problem.singleTensorCuts.map { cut -> JSONValue in cut.name.map { .string($0) } ?? .null }
    return .object([
      .init("type", "network"), .init("source", .number(context.source)), .init("name", .string(problem.network.name)),
      .init("machines", .number(context.machines)), .init("tiers", .array(tiers)), .init("links", .array(links)),
      .init("layers", .array(layers)), .init("cuts", .array(cuts)),
      .init("radio", radio(problem)), .init("returns_result", .bool(problem.returnsResult)),
    ])
  }

  private static func radio(_ problem: PlacementProblem) -> JSONValue {
    guard let radio = problem.radio.cellular else { return .null }
    return .object([
      .init("promotion_s", seconds(radio.promotionNanoseconds)), .init("promotion_w", .number(radio.promotionWatts)),
      .init("tail_s", seconds(radio.tailNanoseconds)), .init("tail_w", .number(radio.tailWatts)),
      .init("tx_base_w", .number(radio.transmitBaseWatts)), .init("tx_w_per_mbps", .number(radio.transmitWattsPerMbps)),
      .init("rx_base_w", .number(radio.receiveBaseWatts)), .init("rx_w_per_mbps", .number(radio.receiveWattsPerMbps)),
    ])
  }

  private static func producer(of tensor: Int, _ problem: PlacementProblem) -> String {
    problem.network.layers[problem.network.tensors[tensor].producer].name
  }

  /// A question for one machine's next placements.
  static func decide(
    _ number: Int, _ context: DecisionContext, _ observation: Observation, _ outcomes: [RequestOutcome]
  ) -> JSONValue {
    .object([
      .init("type", "decide"), .init("id", .number(number)), .init("source", .number(context.source)),
      .init("machine", .number(context.machine)), .init("observation", describe(observation)),
      .init("outcomes", .array(outcomes.map { describe($0, context.problem) })),
    ])
  }

  private static func describe(_ observation: Observation) -> JSONValue {
    .object([
      .init("now_s", seconds(observation.nowNanoseconds)), .init("request", .number(observation.request)),
      .init("open", .number(observation.open)),
      .init("deadline_ms", observation.deadlineNanoseconds.map { .number(Double($0) / 1e6) } ?? .null),
      .init(
        "links",
        .array(
          observation.links.map { link in
            .object([
              .init("uplink", signal(link.uplink) { [.init("mbps", .number($0 / 1e6))] }),
              .init("downlink", signal(link.downlink) { [.init("mbps", .number($0 / 1e6))] }),
            ])
          })),
      .init(
        "loads",
        .array(
          observation.loads.map { load in
            signal(load) { load in
              [
                .init("jobs", .number(load.jobs)), .init("servers", .number(load.servers)),
                .init("wait_ms", .number(Double(load.waitNanoseconds) / 1e6)),
                .init("slowdown", .number(load.slowdown)),
              ]
            }
          })),
      .init(
        "radio",
        observation.radio.map { radio in
          .object([
            .init("phase", .string(radio.phase.rawValue)), .init("tail_left_s", seconds(radio.tailLeftNanoseconds)),
          ])
        } ?? .null),
      .init("battery_j", observation.batteryJoules.map { .number($0) } ?? .null),
      .init("resident", .array(observation.isResident.map { flag in flag.map { .bool($0) } ?? .null })),
    ])
  }

  private static func signal<Value>(
    _ signal: Observation.Signal<Value>?, _ members: (Value) -> [JSONValue.Member]
  ) -> JSONValue {
    signal.map { .object(members($0.value) + [.init("age_s", seconds($0.ageNanoseconds))]) } ?? .null
  }

  private static func describe(_ outcome: RequestOutcome, _ problem: PlacementProblem) -> JSONValue {
    let cut = problem.singleTensorCuts.first { problem.placement(cutting: $0) == outcome.placement }
    return .object([
      .init("request", .number(outcome.request)), .init("answered", .bool(outcome.isAnswered)),
      .init("is_cut", .bool(cut != nil)), .init("cut", cut?.name.map { .string($0) } ?? .null),
      .init("arrival_s", seconds(outcome.arrivalNanoseconds)), .init("end_s", seconds(outcome.nowNanoseconds)),
      .init("latency_ms", .number(Double(outcome.latencyNanoseconds) / 1e6)),
      .init("device_energy_j", .number(outcome.deviceJoules)),
      .init("missed_deadline", .bool(outcome.missedDeadline)),
      .init(
        "messages",
        .array(
          outcome.messages.map { message in
            .object([
              .init("link", .number(message.hop)), .init("up", .bool(message.direction == .up)),
              .init("bytes", .number(Int(message.bytes))), .init("s", seconds(message.nanoseconds)),
            ])
          })),
    ])
  }

  private static func seconds(_ nanoseconds: Int64) -> JSONValue { .number(Double(nanoseconds) / 1e9) }
}
