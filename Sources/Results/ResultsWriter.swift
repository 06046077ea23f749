import Partitioning
import Simulation
import StrictJSON

/// Makes a results file and fills it: the only one that writes to it, from one thread at a time.
///
/// While it is open, others can read what was committed; at the end it is one plain file. Errors are `InputError`s
/// (a full disk, a folder that cannot be written to): what was committed before stays readable.
public final class ResultsWriter {
  /// In bytes; larger pages record faster, but every table and key takes at least one.
  static let pageSize = 16384

  /// The path as the user wrote it.
  public let name: String
  let database: Database
  private var isInTransaction = false
  private var isClosed = false
  private var lastCommit: ContinuousClock.Instant
  private let requests: RowInserter<RequestRow>
  private let events: RowInserter<EventRow>
  private let executions: RowInserter<ExecutionRow>

  private var nextID: [String: Int64] = [:]
  private var models: [String: Int64] = [:]
  private var placements: [PlacementKey: Int64] = [:]

  private struct PlacementKey: Hashable {
    let source: Int64
    let placement: Placement
  }

  /// Makes the file, which must not exist yet unless `force`, which replaces any regular file.
  ///
  /// The folder must exist; `createsFolder` makes it where only its last part is missing. What stood there before is
  /// replaced only when the new, empty database is complete.
  public convenience init(creating name: String, force: Bool = false, createsFolder: Bool = false) throws {
    try self.init(creating: name, force: force, createsFolder: createsFolder, pageSize: Self.pageSize)
  }

  /// Throws `InputError` where a results file could not be made under that name; leaves everything as it is.
  public static func checkOutput(_ name: String, force: Bool, createsFolder: Bool) throws {
    try OutputFile(name, force: force, createsFolder: createsFolder).discard()
  }

  package init(
    creating name: String, force: Bool = false, createsFolder: Bool = false, pageSize: Int, maximumPages: Int? = nil
  ) throws {
    self.name = name
    let file = try OutputFile(name, force: force, createsFolder: createsFolder)
    do {
      let empty = try Database(path: file.temporary, name: name, readOnly: false)
      try empty.run(
        """
        PRAGMA page_size = \(pageSize); PRAGMA journal_mode = DELETE;
        PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = \(Schema.version);
        """)
      try empty.run("BEGIN;\n" + Schema.script + "COMMIT")
      empty.close()
      try file.publish()
    } catch {
      file.discard()
      throw error
    }
    database = try Database(path: file.target, name: name, readOnly: false)
    if let maximumPages { try database.run("PRAGMA max_page_count = \(maximumPages)") }
    // In a write-ahead log readers and the writer do not wait for each other; a crash loses no commit. 32 MiB of cache
    // and log keep the disk out of the way.
    try database.run(
      """
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768;
      PRAGMA wal_autocheckpoint = \(33_554_432 / pageSize);
      """)
    requests = try RowInserter(Tables.request, in: database, isBusy: true)
    events = try RowInserter(Tables.event, in: database, isBusy: true)
    executions = try RowInserter(Tables.execution, in: database)
    lastCommit = .now
  }

  deinit { try? close() }

  /// Commits, marks runs that were not finished as interrupted, and leaves one plain file.
  public func close() throws {
    guard !isClosed else { return }
    isClosed = true
    defer { database.close() }
    // After a failure such as a full disk what is not committed is given up; that made room for the change of status.
    if isInTransaction, (try? commit()) == nil { try? database.run("ROLLBACK") }
    let marking = Result {
      try database.run("UPDATE run SET status = '\(RunStatus.interrupted)' WHERE status = '\(RunStatus.running)'")
    }
    try database.run("PRAGMA wal_checkpoint(TRUNCATE)")
    // A reader that is still at work keeps the log; then the last one to leave removes it.
    try? database.run("PRAGMA busy_timeout = 500; PRAGMA journal_mode = DELETE")
    try marking.get()
  }

  /// Makes everything so far visible to readers.
  public func commit() throws {
    lastCommit = .now
    guard isInTransaction else { return }
    try database.run("COMMIT")
    isInTransaction = false
  }

  /// Commits if the last commit was half a second ago.
  ///
  /// Call it whenever rows may be waiting.
  public func commitIfDue() throws {
    if lastCommit.duration(to: .now) >= .milliseconds(500) { try commit() }
  }

  /// Records the machines, links, workload and networks of a scenario, once for all its runs.
  ///
  /// `models` are those of `SystemModel.models`, in order.
  public func register(
    _ system: SystemModel, scenario: String, models descriptions: [ModelDescription]
  ) throws -> RegisteredSystem {
    precondition(descriptions.count == system.models.count, "a description for each model")
    let modelIDs = try descriptions.map(add)
    let firstNode = nextID["node", default: 1]
    let nodes = system.nodes.map { NodeRow(id: newID("node"), scenario: scenario, node: $0) }
    let links = system.links.map {
      LinkRow(id: newID("link"), scenario: scenario, firstNode: firstNode, link: $0)
    }
    let sources = system.sources.map {
      SourceRow(
        id: newID("source"), scenario: scenario, node: firstNode + Int64($0.node), model: modelIDs[$0.model],
        source: $0)
    }
    try insert(nodes, into: Tables.node)
    try insert(links, into: Tables.link)
    try insert(sources, into: Tables.source)
    return RegisteredSystem(
      models: modelIDs, nodes: nodes.map(\.id), links: links.map(\.id),
      sources: zip(sources, system.sources).map { .init(id: $0.id, model: $1.model) }, system: system)
  }

  /// Begins a run.
  ///
  /// Runs may overlap; the order of calls decides the order of rows.
  ///
  /// `describe` is called once for each distinct placement of a source; without it no plan is recorded.
  public func begin(
    _ run: RunDescription, on system: RegisteredSystem,
    describe: ((_ source: Int, _ placement: Placement) throws -> PlacementDescription)? = nil
  ) throws -> RunRecorder {
    let id = newID("run")
    try insert([RunRow(id: id, description: run)], into: Tables.run)
    try commit()
    return RunRecorder(
      id: id, run: run, system: system, writer: self,
      describe: describe ?? { PlacementDescription($1, source: $0, in: system.system) })
  }

  /// Records a partition that was really executed.
  public func record(_ execution: ExecutionDescription) throws {
    try beginTransaction()
    try executions.insert(ExecutionRow(id: newID("execution"), execution: execution))
    try commitIfDue()
  }

  private func add(_ model: ModelDescription) throws -> Int64 {
    if let known = models[model.name] { return known }
    let id = newID("model")
    models[model.name] = id
    try insert([ModelRow(id: id, model: model)], into: Tables.model)
    try insert(
      model.layers.enumerated().map { LayerRow(model: id, index: $0.offset, layer: $0.element) }, into: Tables.layer)
    return id
  }

  // MARK: - For the recorders of runs

  /// The row of a placement, which is described when it is new.
  func placement(
    _ placement: Placement, source: Int64, model: Int64, describe: () throws -> PlacementDescription
  ) throws -> Int64 {
    let key = PlacementKey(source: source, placement: placement)
    if let known = placements[key] { return known }
    let description = try describe()
    let id = newID("placement")
    placements[key] = id
    try insert(
      [PlacementRow(id: id, source: source, model: model, placement: description)], into: Tables.placement)
    return id
  }

  func insertRequests(count: Int, row: (_ index: Int, _ id: Int64) -> RequestRow) throws {
    try beginTransaction()
    let first = nextID["request", default: 1]
    nextID["request"] = first + Int64(count)
    try requests.insert(count: count) { row($0, first + Int64($0)) }
    try commitIfDue()
  }

  func insertEvents(count: Int, row: (_ index: Int, _ id: Int64) -> EventRow) throws {
    try beginTransaction()
    let first = nextID["event", default: 1]
    nextID["event"] = first + Int64(count)
    try events.insert(count: count) { row($0, first + Int64($0)) }
    try commitIfDue()
  }

  func insert<Row>(_ rows: [Row], into table: Table<Row>) throws {
    try beginTransaction()
    let inserter = try RowInserter(table, in: database)
    for row in rows { try inserter.insert(row) }
  }

  func beginTransaction() throws {
    guard !isInTransaction else { return }
    try database.run("BEGIN")
    isInTransaction = true
  }

  private func newID(_ table: String) -> Int64 {
    let id = nextID[table, default: 1]
    nextID[table] = id + 1
    return id
  }
}

/// The rows of a scenario's machines, links, workload and networks.
public struct RegisteredSystem {
  struct Source {
    let id: Int64
    /// An index into `models`.
    let model: Int
  }

  let models: [Int64]
  let nodes: [Int64]
  let links: [Int64]
  let sources: [Source]
  let system: SystemModel
}
