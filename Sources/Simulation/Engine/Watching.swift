import Partitioning

/// What policies that watch need of a run: their memories, and what each machine has been told.
///
/// Empty, and never looked at, where no policy watches.
struct Watching {
  /// What one machine of a source knows.
  struct Machine {
    var decider: (any OnlineDecider)?
    var decided = 0
    var open = 0
    /// By hop: bit/s and when they were achieved; -1 before.
    var uplinks: [(rate: Double, at: Int64)]
    var downlinks: [(rate: Double, at: Int64)]
    /// By tier, and when that was so; -1 before.
    var loads: [(load: Observation.Load, at: Int64)]

    init(_ problem: PlacementProblem) {
      uplinks = problem.hops.map { _ in (0, -1) }
      downlinks = uplinks
      loads = problem.tiers.map { _ in (Observation.Load(), -1) }
    }
  }

  /// What one request in flight brings back with its answer.
  struct Memory {
    var request = 0
    var messages: [MessageOutcome] = []
    var loads: [(tier: Int, load: Observation.Load, at: Int64)] = []
  }

  /// A mean of what has been seen so far.
  struct Mean {
    var mean = 0.0
    private var count = 0.0

    mutating func add(_ value: Double) {
      count += 1
      mean += (value - mean) / count
    }
  }

  /// What a tier's machine told everybody.
  struct Report {
    var load: Observation.Load
    var at: Int64
  }

  /// By source; sources whose policies are of one kind share theirs.
  var sessions: [(any PolicySession)?]
  var clairvoyants: [(any ClairvoyantDecider)?]
  /// By source and machine.
  var machines: [[Machine]]
  /// By request slot.
  var memories: [Memory] = []
  /// By node and machine, where tiers tell everybody.
  var reports: [[Report?]] = []
  /// By node: the service time of visits, in nanoseconds.
  var work: [Mean] = []
  /// How long the request that was just decided is to be held back.
  var hold: Int64 = 0

  // Of regret, by source.
  var clairvoyantPlans: [ClairvoyantPlan?]
  /// Of placements over links that do not change, by the index of the placement; -1 before it was asked for.
  var constantRegrets: [Int64] = []
  /// Least latencies over links that do not change.
  var optima: [Int64?]
  /// By the index of the placement.
  var itineraries: [Int: Itinerary] = [:]
  /// What the oracle that simulates forward has decided, for all sources.
  let script = ForwardSimulation.SharedScript()

  init(sources: Int) {
    sessions = Array(repeating: nil, count: sources)
    clairvoyants = Array(repeating: nil, count: sources)
    machines = Array(repeating: [], count: sources)
    optima = Array(repeating: nil, count: sources)
    clairvoyantPlans = Array(repeating: nil, count: sources)
  }

  /// Of every session, each once.
  var notes: [String] {
    var seen: Set<ObjectIdentifier> = []
    return sessions.compactMap { $0 }.filter { seen.insert(ObjectIdentifier($0)).inserted }.flatMap(\.notes)
  }
}
