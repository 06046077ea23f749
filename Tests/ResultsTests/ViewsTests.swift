import Results
import Testing

struct ViewsTests {
  let folder: TemporaryFolder
  let database: String

  init() throws {
    folder = try TemporaryFolder()
    database = try Fixture.make(in: folder)
  }

  @Test func policySummaryAveragesReplications() throws {
    let query = """
      SELECT scenario, policy, model, requests, completed, dropped, unfinished, deadline_missed, latency_mean_ms,
        latency_p50_ms, round(latency_p95_ms, 9), round(latency_p99_ms, 9), uplink_bytes_per_request,
        downlink_bytes_per_request, device_energy_j_per_request, total_energy_j_per_request, throughput_per_s,
        accuracy, replications, interrupted_replications
      FROM policy_summary
      """
    #expect(
      try rows(query, in: database) == [
        // (25 + 25) / 2; p95: (10 + 2.85 * 10 = 38.5 and 29.5) / 2; p99: (39.7 + 29.9) / 2; (0.4 + 0.2) / 2 per second
        "bench|local|alpha|3.5|3.0|0.5|0.0|0.5|25.0|25.0|34.0|34.8|0.0|0.0|0.5|0.5|0.3||2|0",
        "bench|local|beta|1.0|0.0|0.0|1.0|0.0||||||||" + "|0.0||2|0",
        "bench|split|alpha|4.0|4.0|0.0|0.0|0.0|18.5|18.5|18.5|18.5|1000.0|10.0|0.375|0.875|0.4||2|0",
        "bench|split|beta|1.0|0.0|0.0|1.0|0.0||||||||" + "|0.0||2|0",
      ])
  }

  @Test func latencyBreakdownAddsUp() throws {
    let query = """
      SELECT scenario, policy, model, device_compute_ms, device_queue_ms, serialize_ms, uplink_ms, edge_compute_ms,
        edge_queue_ms, cloud_compute_ms, cloud_queue_ms, downlink_ms, latency_mean_ms
      FROM latency_breakdown
      """
    #expect(
      try rows(query, in: database) == [
        "bench|local|alpha|25.0|0.0|0.0|0.0|0.0|0.0|0.0|0.0|0.0|25.0",
        "bench|local|beta||||||||||",
        "bench|split|alpha|5.0|0.0|0.0|10.0|0.0|0.0|2.0|0.5|1.0|18.5",
        "bench|split|beta||||||||||",
      ])
  }

  @Test func nodeSummaryHasOneRowForEachNode() throws {
    let query = """
      SELECT scenario, policy, node, tier, machines, utilization, energy_j, compute_energy_j, radio_energy_j,
        idle_energy_j, unbooked_energy_j, requests
      FROM node_summary
      """
    #expect(
      try rows(query, in: database) == [
        "bench|local|camera|device|2|0.5|4.0|3.0|0.0|1.0|0.5|3.5",
        "bench|local|server|cloud|1|0.0|0.0|0.0|0.0|0.0|0.0|0.0",
        "bench|split|camera|device|2|0.25|6.0|3.0|2.0|1.0|0.5|4.0",
        "bench|split|server|cloud|1|0.0|0.0|0.0|0.0|0.0|0.0|0.0",
      ])
  }

  /// 5 MB up in the 10 s of the window are 4 Mbit/s.
  @Test func linkSummaryGivesRatesOverTheWindow() throws {
    let query = """
      SELECT scenario, policy, link, bytes_up, bytes_down, utilization_up, utilization_down, mean_throughput_up_mbps,
        mean_throughput_down_mbps
      FROM link_summary
      """
    #expect(
      try rows(query, in: database) == [
        "bench|local|lte|0.0|0.0|0.0|0.0|0.0|0.0",
        "bench|split|lte|5000000.0|1000000.0|0.125|0.0|4.0|0.8",
      ])
  }

  @Test func replicationSummaryHasOneRowForEachRun() throws {
    let query = """
      SELECT scenario, policy, run_id, replication, seed, status, requests, completed, latency_mean_ms, latency_p95_ms,
        cloud_queue_ms
      FROM replication_summary
      """
    #expect(
      try rows(query, in: database) == [
        "bench|local|1|0|42|done|5|4|25.0|38.5|0.0",
        "bench|local|2|1|42|done|4|2|25.0|29.5|0.0",
        "bench|split|3|0|42|done|5|4|18.0|18.0|0.0",
        "bench|split|4|1|42|done|5|4|19.0|19.0|1.0",
      ])
  }

  @Test func placementSummarySaysWhereItCuts() throws {
    let query = """
      SELECT scenario, policy, model, source, cut, requests, device_layers, cloud_layers, boundary_tensors, boundary_bytes
      FROM placement_summary
      """
    #expect(
      try rows(query, in: database) == [
        "bench|local|alpha|camera|all on camera|7|2|0|0|0",
        "bench|split|alpha|camera|conv|8|1|1|1|1000",
      ])
  }

  @Test func executionSummarySaysWhatReallyRan() throws {
    let query = """
      SELECT scenario, policy, model, cut, partitions, executions, boundary_bytes, host_ms, outputs_equal
      FROM execution_summary
      """
    #expect(
      try rows(query, in: database) == [
        "bench|local|alpha|all on camera|1|1|0|1.5|1",
        "bench|split|alpha|conv|2|1|1064|3.0|1",
      ])
  }

  @Test func everyReferenceHasItsRow() throws {
    #expect(try rows("PRAGMA foreign_key_check", in: database).isEmpty)
    #expect(try rows("PRAGMA integrity_check", in: database) == ["ok"])
  }
}
