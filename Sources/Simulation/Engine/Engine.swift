import Partitioning
import RandomStreams

/// The state of a replication: everything a request can be at, flat, by index.
struct Engine: ~Copyable {
  let model: SystemModel
  let isRecording: Bool
  let isRecordingSteps: Bool
  var window: Window
  /// Events at or after it do not happen.
  let stopTime: Int64

  var now: Int64 = 0
  var events = 0
  var isInterrupted = false
  /// What went wrong where nothing could be thrown.
  var failure: SimulationError?
  var queue = EventQueue()
  var requests = RequestSlab()
  var sequence: Int64 = 0
  /// Final requests not yet handed over.
  var output: [RequestRecord] = []
  /// Steps not yet handed over.
  var stepOutput: [StepRecord] = []

  // Where requests run.
  var layout = Layout()
  var queues = PlainBuffer<QueueStation>()
  var sharings = PlainBuffer<SharingStation>()
  var batchers = PlainBuffer<BatchStation>()
  /// Where who waits is ordered by urgency.
  var heaps = PlainBuffer<KeyHeap>()
  var batchLines = PlainBuffer<BatchLine>()
  /// For each kind of work that is served in batches, the times of all sizes from one on.
  var batchTimes = PlainBuffer<Int64>()
  /// Where the lines and times of each kind of work that shares batches are.
  var batchKinds: [BatchKind: Int32] = [:]
  var batchPlans = PlainBuffer<BatchPlan>()
  var flows = FlowNetwork()
  var flowPaths = PlainBuffer<FlowHop>()
  var transfers = PlainBuffer<TransferDetails>()
  var clocks: [CapacityClock] = []
  /// The clock at which the service before ended, for the next in the same line; -1 for now.
  var clockOfLine: Int64 = -1
  var media = PlainBuffer<AirtimeStation>()
  /// By medium: its links' groups.
  var mediumGroups: [[Int]] = []
  /// By machine of links with a medium: the messages it has on their way.
  var mediumClients = PlainBuffer<Int32>()
  var connections = PlainBuffer<Connection>()
  /// Where the connections of a source's machines over links begin.
  var connectionIndices: [ConnectionKey: Int32] = [:]
  // Machines whose speed, power or memory changes, what requests at them remember by slot, and what visits need.
  var machines: [Machine] = []
  var visits: [MachineVisit] = []
  var visitPlans: [VisitPlan] = []
  var weightsKinds: [WeightsKind: Int32] = [:]
  /// By node; then by link, up and down.
  var groups = PlainBuffer<GroupTotals>()

  // What it costs.
  var ledgers = PlainBuffer<IdleLedger>()
  var radios = PlainBuffer<RadioLedger>()
  /// By link.
  var radioTotals = PlainBuffer<RadioTotals>()
  /// By node: idle server time of the window that nobody pays for.
  var unpaid: PlainBuffer<Int128>

  // What requests do.
  var plans = PlainBuffer<SourcePlan>()
  var pathCounts = PlainBuffer<Int32>()
  var steps = PlainBuffer<Step>()
  var variations = PlainBuffer<VariationStreams>()
  var placements: [(source: Int, placement: Placement)] = []
  var placementIndices: [[Placement: Int]]
  var firstSteps: [Int32] = []

  /// What policies see and know besides profiled costs.
  var watching: Watching
  /// Whether the ends of steps are recorded or watched.
  var notesSteps: Bool

  // When they begin.
  var arrivals = PlainBuffer<ArrivalState>()
  var arrivalPlans = PlainBuffer<ArrivalPlan>()
  var modulations = PlainBuffer<ModulationState>()
  var modulationRates = PlainBuffer<ModulationRate>()
  var traceTimes = PlainBuffer<Int64>()
  var clients = PlainBuffer<ClientState>()

  // What can go wrong.
  let usesTracks: Bool
  var tracks: TrackTable
  /// By source.
  var recoveries = PlainBuffer<Recovery>()
  var places = PlainBuffer<Place>()
  var schedules: [OutageSchedule] = []
  /// Requests that nothing will ever move.
  var stuck: [StuckRequest] = []

  // What becomes of them.
  /// By network.
  var totals: PlainBuffer<NetworkTotals>
  var sketches: [QuantileSketch]
  /// Latencies in the order in which requests became final.
  var batchMeans = BatchMeans()
  var loads: [LoadRecord] = []

  /// An engine that has still to `start`.
  init(_ model: SystemModel, isRecording: Bool, isRecordingSteps: Bool = false) {
    self.model = model
    self.isRecording = isRecording
    self.isRecordingSteps = isRecordingSteps
    window = Window(start: model.warmupNanoseconds, end: model.durationNanoseconds)
    stopTime = model.drains ? EventQueue.timeLimit : model.durationNanoseconds
    usesTracks = Engine.usesTracks(model)
    tracks = TrackTable(networks: model.models.count)
    unpaid = PlainBuffer(repeating: 0, count: model.nodes.count)
    watching = Watching(sources: model.sources.count)
    notesSteps = isRecordingSteps
    placementIndices = Array(repeating: [:], count: model.sources.count)
    sketches = Array(repeating: QuantileSketch(), count: model.models.count)
    totals = PlainBuffer(repeating: NetworkTotals(), count: model.models.count)
    if isRecording { output.reserveCapacity(Engine.outputCapacity + 64) }
  }

  /// Lays out the replication and schedules the first events.
  ///
  /// Throws `SimulationError` where the model contradicts itself, and what a policy throws.
  mutating func start() throws {
    try model.validate()
    layOutStations()
    for source in model.sources.indices { try addSource(source) }
    if window.start > 0 { queue.schedule(Event(.windowPassed, 0), at: window.start) }
    queue.schedule(Event(.windowPassed, 1), at: window.end)
    startOutages()
    for source in model.sources.indices { startArrivals(of: source) }
    for index in machines.indices {
      if machines[index].charge != nil { readRadio(of: index) }
      scheduleMachine(index)
    }
  }

  deinit {
    for index in 0..<sharings.count { sharings[index].deallocate() }
    for index in 0..<heaps.count { heaps[index].deallocate() }
    for index in 0..<media.count { media[index].deallocate() }
    for machine in machines {
      var machine = machine
      machine.deallocate()
    }
  }

  /// Requests handed over at a time.
  static let outputCapacity = 1024

  var progress: Simulator.Progress {
    Simulator.Progress(events: events, nowNanoseconds: now, durationNanoseconds: model.durationNanoseconds)
  }
}
