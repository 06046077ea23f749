import Partitioning
import Simulation

/// Records one run: placements and requests as they come, totals at the end.
public final class RunRecorder: RequestSink {
  /// The key of the run's row.
  public let id: Int64
  private let run: RunDescription
  private let system: RegisteredSystem
  private let writer: ResultsWriter
  private let describe: (Int, Placement) throws -> PlacementDescription

  /// By the index that requests name.
  private var placements: [Int64] = []
  private var uses: [Int64] = []
  /// Requests that came one by one and are not written yet.
  private var pending: [RequestRecord] = []
  private var latencies: LatencyQuantiles
  /// By sequence, until their requests come.
  private var extras: [Int64: RequestExtras] = [:]

  init(
    id: Int64, run: RunDescription, system: RegisteredSystem, writer: ResultsWriter,
    describe: @escaping (Int, Placement) throws -> PlacementDescription
  ) {
    self.id = id
    self.run = run
    self.system = system
    self.writer = writer
    self.describe = describe
    latencies = LatencyQuantiles(models: system.models.count)
  }

  private var recordsRequests: Bool { run.record != "summary" }

  /// Notes the next of `ReplicationResult.placements`; must come before the first request that names it.
  public func use(_ placement: Placement, source: Int) throws {
    let row = system.sources[source]
    let id = try writer.placement(placement, source: row.id, model: system.models[row.model]) {
      try describe(source, placement)
    }
    placements.append(id)
    uses.append(0)
  }

  /// The row of the placement with an index in `ReplicationResult.placements`.
  public func placementID(_ index: Int) -> PlacementID { PlacementID(placements[index]) }

  /// Records a request of the measured window; written with others, at the latest by `finish`.
  public func record(_ request: RequestRecord) throws {
    pending.append(request)
    if pending.count == Self.chunk { try flush() }
  }

  /// Records requests of the measured window, in the order in which they ended.
  public func record(_ requests: [RequestRecord]) throws {
    try flush()
    for start in stride(from: 0, to: requests.count, by: Self.chunk) {
      try insert(requests[start..<min(start + Self.chunk, requests.count)])
    }
  }

  /// Notes what only some scenarios have of requests; must come before these.
  public func record(_ extras: [RequestExtras]) throws {
    for entry in extras { self.extras[entry.sequence] = entry }
  }

  /// Records steps of requests, in the order in which they ended.
  public func record(_ steps: [StepRecord]) throws {
    for start in stride(from: 0, to: steps.count, by: Self.chunk) {
      try writer.insertEvents(count: min(Self.chunk, steps.count - start)) { index, id in
        let step = steps[start + index]
        let place = Int(step.place)
        let isVisit = step.kind == .compute || step.kind == .serialize
        return EventRow(
          id: id, run: self.id, node: isVisit ? system.nodes[place] : nil, link: isVisit ? nil : system.links[place],
          record: step)
      }
    }
  }

  /// Small enough that the clock is looked at often.
  private static let chunk = 1024

  private func flush() throws {
    guard !pending.isEmpty else { return }
    try insert(pending[...])
    pending.removeAll(keepingCapacity: true)
  }

  private func insert(_ requests: ArraySlice<RequestRecord>) throws {
    try writer.insertRequests(count: requests.count) { index, id in
      let record = requests[requests.startIndex + index]
      latencies.add(record)
      uses[Int(record.placement)] += 1
      return RequestRow(
        id: id, run: self.id, source: system.sources[Int(record.source)].id, model: system.models[Int(record.model)],
        placement: placements[Int(record.placement)], record: record,
        extras: extras.isEmpty ? nil : extras.removeValue(forKey: record.sequence))
    }
  }

  /// Records the totals and how the run ended.
  ///
  /// Host times are in seconds.
  public func finish(
    _ result: ReplicationResult, status: RunStatus? = nil, hostWallSeconds: Double, hostCPUSeconds: Double
  ) throws {
    try flush()
    for used in result.placements.dropFirst(placements.count) { try use(used.placement, source: used.source) }
    try record(result.models, latencyHalfWidth: result.latencyHalfWidth)
    let window = windowSeconds
    try writer.insert(
      zip(system.nodes, result.nodes).map {
        TotalsRow(run: id, part: $0, totals: $1, windowSeconds: window)
      }, into: Tables.runNode)
    try writer.insert(
      zip(system.links, result.links).map {
        TotalsRow(run: id, part: $0, totals: $1, windowSeconds: window)
      }, into: Tables.runLink)
    try writer.insert(placementUses(), into: Tables.runPlacement)
    try writer.insert(
      result.loads.map { LoadRow(run: id, source: system.sources[$0.source].id, totals: $0) }, into: Tables.runLoad)
    let status = status ?? (result.wasInterrupted ? .interrupted : .done)
    let update = try writer.database.prepare(
      "UPDATE run SET status = ?, events = ?, end_s = ?, host_wall_s = ?, host_cpu_s = ? WHERE run_id = ?")
    update.bind(status.rawValue, at: 0)
    update.bind(Int64(result.events), at: 1)
    update.bind(Double(result.endNanoseconds) / 1e9, at: 2)
    update.bind(hostWallSeconds, at: 3)
    update.bind(hostCPUSeconds, at: 4)
    update.bind(id, at: 5)
    try update.execute()
    try writer.commit()
  }

  private var windowSeconds: Double { run.durationSeconds - run.warmupSeconds }

  /// The placements of the run, each once: two sources' requests may name the same one by two indices.
  private func placementUses() -> [PlacementUseRow] {
    var counts: [Int64: Int64] = [:]
    for (placement, count) in zip(placements, uses) { counts[placement, default: 0] += count }
    return counts.sorted { $0.key < $1.key }.map {
      PlacementUseRow(run: id, placement: $0.key, requests: recordsRequests ? $0.value : nil)
    }
  }

  /// Records the totals of each model that is asked for, and those of all.
  private func record(_ models: [ModelTotals], latencyHalfWidth: Double?) throws {
    let shares = [0.5, 0.95, 0.99]
    latencies.sort()
    var all = ModelTotals()
    for index in system.models.indices {
      guard index < models.count, system.sources.contains(where: { $0.model == index }) else { continue }
      let totals = models[index]
      all.accumulate(totals)
      let quantiles =
        recordsRequests
        ? latencies.quantiles(shares, ofModel: index) : shares.map { totals.latencyQuantiles.interpolated($0) }
      try writer.insert(
        [metrics(totals, quantiles: quantiles, model: system.models[index])], into: Tables.runModel)
    }
    let quantiles =
      recordsRequests ? latencies.quantilesOfAll(shares) : shares.map { all.latencyQuantiles.interpolated($0) }
    var total = metrics(all, quantiles: quantiles)
    total.latencyHalfWidth = latencyHalfWidth
    try writer.insert([total], into: Tables.runTotal)
  }

  private func metrics(_ totals: ModelTotals, quantiles: [Double?], model: Int64? = nil) -> RunMetrics {
    RunMetrics(
      run: id, model: model, totals: totals, p50: quantiles[0], p95: quantiles[1], p99: quantiles[2],
      windowSeconds: windowSeconds, accuracy: totals.accuracy)
  }
}
