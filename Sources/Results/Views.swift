/// The views for people: the stable interface of the file.
///
/// A figure is the mean over replications of each replication's figure. Only runs that ended are in them; an
/// interrupted one counts with what it had recorded.
enum Views {
  static var definitions: [String] {
    [
      policySummary, latencyBreakdown, nodeSummary, linkSummary, replicationSummary, placementSummary, executionSummary,
      loadSummary,
    ]
  }

  /// `avg(m.x) AS x` for each column, a comment on each.
  private static func means(_ columns: [Column<RunMetrics>], last: Bool = false) -> String {
    columns.map { "  avg(m.\($0.name)) AS \($0.name),  -- \($0.comment)" }.joined(separator: "\n")
  }

  private static var figures: [Column<RunMetrics>] {
    let parts = Set(RunMetrics.parts.map(\.name))
    return RunMetrics.columns.filter { !parts.contains($0.name) }
  }

  private static let policySummary = """
    CREATE VIEW policy_summary AS  -- one row per scenario, policy and model
    SELECT
      run.scenario,
      run.policy,
      model.name AS model,
      run.information_class,  -- what the policy may know
    \(means(figures))
      count(*) AS replications,
      sum(run.status = 'interrupted') AS interrupted_replications
    FROM run_model AS m JOIN run USING (run_id) JOIN model USING (model_id)
    GROUP BY run.scenario, run.policy, m.model_id
    ORDER BY min(run.run_id), m.model_id
    """

  private static let latencyBreakdown = """
    CREATE VIEW latency_breakdown AS  -- where the time of a completed request goes; the parts add up to latency_mean_ms
    SELECT
      run.scenario,
      run.policy,
      model.name AS model,
    \(means(RunMetrics.parts))
      avg(m.latency_mean_ms) AS latency_mean_ms
    FROM run_model AS m JOIN run USING (run_id) JOIN model USING (model_id)
    GROUP BY run.scenario, run.policy, m.model_id
    ORDER BY min(run.run_id), m.model_id
    """

  private static let nodeSummary = """
    CREATE VIEW node_summary AS  -- one row per scenario, policy and node; sums over its machines, utilization their mean
    SELECT
      run.scenario,
      run.policy,
      node.name AS node,
      node.tier,
      node.machines,
      avg(n.utilization) AS utilization,
      avg(n.offered_load) AS offered_load,  -- work that came / what the servers can do; over 1 is unstable
      avg(n.energy_j) AS energy_j,
      avg(n.compute_energy_j) AS compute_energy_j,
      avg(n.radio_energy_j) AS radio_energy_j,
      avg(n.idle_energy_j) AS idle_energy_j,
      avg(n.unbooked_energy_j) AS unbooked_energy_j,  -- of energy_j, what no request was charged with
      avg(n.requests) AS requests,  -- visits that began service in the measured window
    \(MachineColumns.means)
      avg(n.availability) AS availability  -- share of machines x time without outages
    FROM run_node AS n JOIN run USING (run_id) JOIN node USING (node_id)
    GROUP BY run.scenario, run.policy, n.node_id
    ORDER BY min(run.run_id), n.node_id
    """

  private static let linkSummary = """
    CREATE VIEW link_summary AS  -- one row per scenario, policy and link; sums over its instances, utilizations their means
    SELECT
      run.scenario,
      run.policy,
      link.name AS link,
      avg(l.bytes_up) AS bytes_up,
      avg(l.bytes_down) AS bytes_down,
      avg(l.utilization_up) AS utilization_up,
      avg(l.utilization_down) AS utilization_down,
      avg(l.offered_load_up) AS offered_load_up,  -- sending time of what came / time; over 1 is unstable
      avg(l.offered_load_down) AS offered_load_down,
      avg(l.mean_throughput_up_mbps) AS mean_throughput_up_mbps,  -- bits sent / length of the window
      avg(l.mean_throughput_down_mbps) AS mean_throughput_down_mbps,
      avg(l.energy_j) AS energy_j,  -- of the link itself, by bits and messages
      avg(l.availability) AS availability  -- share of instances x time without outages
    FROM run_link AS l JOIN run USING (run_id) JOIN link USING (link_id)
    GROUP BY run.scenario, run.policy, l.link_id
    ORDER BY min(run.run_id), l.link_id
    """

  private static let replicationSummary = """
    CREATE VIEW replication_summary AS  -- one row per run, over all models
    SELECT
      run.scenario,
      run.policy,
      run.run_id,
      run.replication,
      run.seed,
      run.information_class,
      run.status,
    \(RunMetrics.columns.map { "  m.\($0.name)" }.joined(separator: ",\n")),
      m.latency_half_width_ms  -- of the 95 % confidence interval from this run alone; NULL if it is too short
    FROM run LEFT JOIN run_total AS m USING (run_id)
    ORDER BY run.run_id
    """

  private static let placementSummary = """
    CREATE VIEW placement_summary AS  -- one row per scenario, policy and placement: where it cuts, how good that was planned
    SELECT
      run.scenario,
      run.policy,
      model.name AS model,
      node.name AS source,
      placement.placement_id,
      placement.cut,
      sum(u.requests) AS requests,  -- over all replications; NULL under summary
      placement.device_layers,
      placement.edge_layers,
      placement.cloud_layers,
      placement.boundary_tensors,
      placement.boundary_bytes,
      placement.planned_latency_ms,
      placement.optimum_latency_ms,
      placement.planned_device_energy_j,
      placement.optimum_device_energy_j
    FROM run_placement AS u JOIN run USING (run_id) JOIN placement USING (placement_id)
      JOIN model USING (model_id) JOIN source USING (source_id) JOIN node USING (node_id)
    GROUP BY run.scenario, run.policy, u.placement_id
    ORDER BY min(run.run_id), sum(u.requests) DESC, u.placement_id
    """

  private static let loadSummary = """
    CREATE VIEW load_summary AS  -- one row per scenario, policy and source under an MLPerf load scenario
    SELECT
      run.scenario,
      run.policy,
      model.name AS model,
      node.name AS source,
      l.load_scenario,
      avg(l.queries) AS queries,
      l.percentile,
      avg(l.query_latency_ms) AS query_latency_ms,  -- at the percentile, by loadgen's rule
      avg(l.samples_per_s) AS samples_per_s
    FROM run_load AS l JOIN run USING (run_id) JOIN source USING (source_id) JOIN node USING (node_id)
      JOIN model USING (model_id)
    GROUP BY run.scenario, run.policy, l.source_id
    ORDER BY min(run.run_id), l.source_id
    """

  private static let executionSummary = """
    CREATE VIEW execution_summary AS  -- one row per scenario, policy and executed placement
    SELECT
      used.scenario,
      used.policy,
      model.name AS model,
      placement.cut,
      max(e.partition) + 1 AS partitions,
      sum(e.partition = 0) AS executions,
      sum(e.boundary_bytes) / sum(e.partition = 0) AS boundary_bytes,  -- received by partitions, per execution
      sum(e.host_ms) / sum(e.partition = 0) AS host_ms,  -- real time on this machine, per execution
      min(e.outputs_equal) AS outputs_equal  -- 1 if every execution gave the whole network's outputs, bit for bit
    FROM execution AS e
      JOIN (
        SELECT run.scenario, run.policy, u.placement_id, min(run.run_id) AS first_run
        FROM run_placement AS u JOIN run USING (run_id) GROUP BY run.scenario, run.policy, u.placement_id
      ) AS used USING (placement_id)
      JOIN placement USING (placement_id) JOIN model USING (model_id)
    GROUP BY used.scenario, used.policy, e.placement_id
    ORDER BY min(used.first_run), e.placement_id
    """
}
