import Simulation

/// A run, as begun and as ended.
struct RunRow {
  var id: Int64
  var description: RunDescription
}

/// One node's or link's totals in a run.
struct TotalsRow<Totals> {
  var run: Int64
  var part: Int64
  var totals: Totals
  var windowSeconds: Double
}

/// How often a run used a placement.
struct PlacementUseRow {
  var run: Int64
  var placement: Int64
  var requests: Int64?
}

extension Tables {
  static let run = Table<RunRow>(
    "run", "one row per scenario, policy and replication",
    [
      .key("run_id", "in the order they were begun") { $0.id },
      .text("scenario", "the scenario's name") { $0.description.scenario },
      .text("policy", "the policy's label") { $0.description.policy },
      .text("policy_spec", "the policy with its parameters") { $0.description.policySpec },
      .text("information_class", "what the policy may know: clairvoyant, profiled, estimating or blind") {
        $0.description.informationClass
      },
      .integer("replication", "from 0; equal numbers share their random numbers across policies") {
        Int64($0.description.replication)
      },
      .integer("seed", "of the scenario") { Int64(bitPattern: $0.description.seed) },
      .text("status", "running, done or interrupted") { _ in RunStatus.running.rawValue },
      .text("record", "how much is recorded: summary, requests or events") { $0.description.record },
      .real("duration_s", "simulated time until arrivals stop, with the warm-up") { $0.description.durationSeconds },
      .real("warmup_s", "simulated time that is not counted") { $0.description.warmupSeconds },
      .optionalReal("end_s", "simulated time when the last event was over; NULL until then") { _ in nil },
      .optionalInteger("events", "how many were simulated; NULL until it ended") { _ in nil },
      .text("scenario_json", "the scenario with overrides and defaults") { $0.description.scenarioJSON },
      .text("scenario_sha256", "of scenario_json") { SHA256.hexDigest(of: $0.description.scenarioJSON) },
      .text("tool_version", "of offloadsim") { $0.description.toolVersion },
      .text("host_started", "when it began, UTC") { $0.description.hostStarted },
      .optionalReal("host_wall_s", "real time it took") { _ in nil },
      .optionalReal("host_cpu_s", "processor time it took") { _ in nil },
    ])

  static let runTotal = Table<RunMetrics>(
    "run_total", "a run's figures over all models",
    [.reference("run_id", to: "run", "the run") { $0.run }] + RunMetrics.columns
      + [RunMetrics.halfWidth],
    constraints: ["PRIMARY KEY (run_id)"])

  static let runModel = Table<RunMetrics>(
    "run_model", "a run's figures for one model",
    [
      .reference("run_id", to: "run", "the run") { $0.run },
      .reference("model_id", to: "model", "the model") { $0.model ?? 0 },
    ] + RunMetrics.columns,
    constraints: ["PRIMARY KEY (run_id, model_id)"])

  static let runPlacement = Table<PlacementUseRow>(
    "run_placement", "which placements a run used",
    [
      .reference("run_id", to: "run", "the run") { $0.run },
      .reference("placement_id", to: "placement", "the placement") { $0.placement },
      .optionalInteger("requests", "recorded with it; NULL under summary") { $0.requests },
    ],
    constraints: ["PRIMARY KEY (run_id, placement_id)"])

  static let runNode = Table<TotalsRow<NodeTotals>>(
    "run_node", "a node's totals over its machines in the measured window",
    [
      .reference("run_id", to: "run", "the run") { $0.run },
      .reference("node_id", to: "node", "the node") { $0.part },
      .real("utilization", "busy servers / servers, mean over machines and time") { $0.totals.utilization },
      .real("offered_load", "work that came / what the servers can do; over 1 the queue grows without end") {
        $0.totals.offeredLoad
      },
      .real("energy_j", "the integral of the power: the three parts that follow") {
        $0.totals.computeJoules + $0.totals.radioJoules + $0.totals.idleJoules
      },
      .real("compute_energy_j", "while computing") { $0.totals.computeJoules },
      .real("radio_energy_j", "of the radio") { $0.totals.radioJoules },
      .real("idle_energy_j", "of the idle power") { $0.totals.idleJoules },
      .real("unbooked_energy_j", "of energy_j, what no request was charged with") { $0.totals.unbookedJoules },
      .integer("requests", "visits that began service") { Int64($0.totals.requests) },
      .optionalReal("availability", "share of machines x time without outages; NULL where it cannot fail") {
        $0.totals.availability
      },
    ] + MachineColumns.columns,
    constraints: ["PRIMARY KEY (run_id, node_id)"])

  static let runLink = Table<TotalsRow<LinkTotals>>(
    "run_link", "a link's totals over its instances in the measured window",
    [
      .reference("run_id", to: "run", "the run") { $0.run },
      .reference("link_id", to: "link", "the link") { $0.part },
      .integer("bytes_up", "sent upwards") { $0.totals.bytesUp },
      .integer("bytes_down", "sent downwards") { $0.totals.bytesDown },
      .real("utilization_up", "share of the time in which it sent upwards, mean over instances") {
        $0.totals.utilizationUp
      },
      .real("utilization_down", "share of the time in which it sent downwards") { $0.totals.utilizationDown },
      .real("offered_load_up", "sending time of what came / length of the window; over 1 the queue grows without end") {
        $0.totals.offeredLoadUp
      },
      .real("offered_load_down", "the same downwards") { $0.totals.offeredLoadDown },
      .real("mean_throughput_up_mbps", "bits sent upwards / length of the window") {
        $0.windowSeconds > 0 ? Double($0.totals.bytesUp) * 8e-6 / $0.windowSeconds : 0
      },
      .real("mean_throughput_down_mbps", "bits sent downwards / length of the window") {
        $0.windowSeconds > 0 ? Double($0.totals.bytesDown) * 8e-6 / $0.windowSeconds : 0
      },
      .real("energy_j", "of the link itself, by bits and messages") { $0.totals.joules },
      .optionalReal("availability", "share of instances x time without outages; NULL where there are none") {
        $0.totals.availability
      },
    ],
    constraints: ["PRIMARY KEY (run_id, link_id)"])
}

/// What a source's queries under a load scenario came to in a run.
struct LoadRow {
  var run: Int64
  var source: Int64
  var totals: LoadTotals
}

extension Tables {
  static let runLoad = Table<LoadRow>(
    "run_load", "an MLPerf load scenario's figures, by loadgen's rules",
    [
      .reference("run_id", to: "run", "the run") { $0.run },
      .reference("source_id", to: "source", "the source of its queries") { $0.source },
      .text("load_scenario", "SingleStream, MultiStream, Server or Offline") { $0.totals.scenario.rawValue },
      .integer("queries", "answered, scheduled in the measured window") { Int64($0.totals.queries) },
      .optionalReal("percentile", "that it is judged by; NULL for Offline") { $0.totals.scenario.percentile },
      .optionalReal("query_latency_ms", "at position floor(n x percentile) in ascending order, from the scheduled time")
      {
        $0.totals.latencyNanoseconds.map { Double($0) / 1e6 }
      },
      .optionalReal("samples_per_s", "(answered samples - 1) / time until the last answer") {
        $0.totals.samplesPerSecond
      },
    ],
    constraints: ["PRIMARY KEY (run_id, source_id)"])
}
