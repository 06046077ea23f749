import Partitioning

/// One request, complete: where it ran, how long each part took, and what energy was booked to it.
///
/// The times are integer nanoseconds and add up exactly to completion less arrival.
public struct RequestRecord: Sendable {
  public enum Outcome: UInt8, Sendable {
    case completed
    /// Answered, by the device itself after others had failed.
    case fellBack
    case dropped, unfinished
    /// Not answered: the last attempt took too long, or was lost and known to be.
    case timedOut, lost
    /// A battery was empty.
    case depleted

    public var isAnswered: Bool { rawValue <= Outcome.fellBack.rawValue }
  }

  /// Counts the requests of a replication from 0, in order of arrival.
  public var sequence: Int64 = 0
  public var source: Int32 = 0
  /// Which of the source node's machines it began on.
  public var machine: Int32 = 0
  public var model: Int32 = 0
  /// Index into `ReplicationResult.placements`.
  public var placement: Int32 = 0
  public var outcome: Outcome = .completed
  public var missedDeadline = false
  /// Visits that had to load weights first.
  public var coldStarts: UInt8 = 0
  public var arrival: Int64 = 0
  /// When the last step ended; for an unfinished request the end of the run.
  public var completion: Int64 = 0

  public var deviceCompute: Int64 = 0
  public var deviceQueue: Int64 = 0
  public var serialize: Int64 = 0
  /// Promotion, queueing, sending and propagation of everything that went up, over all hops.
  public var uplink: Int64 = 0
  public var edgeCompute: Int64 = 0
  public var edgeQueue: Int64 = 0
  public var cloudCompute: Int64 = 0
  public var cloudQueue: Int64 = 0
  public var downlink: Int64 = 0

  /// How much longer its placement would have taken alone, from the moment of its decision on and at the rates that the
  /// links then had, than the best of all placements; -1 where that was not asked for.
  public var regret: Int64 = -1

  /// Bytes over the device's own link.
  public var bytesUp: Int64 = 0
  public var bytesDown: Int64 = 0

  /// Joules of the device booked to this request.
  public var deviceComputeJoules = 0.0
  public var transmitJoules = 0.0
  public var receiveJoules = 0.0
  public var waitJoules = 0.0
  /// Promotion and tail of the radio.
  public var radioOverheadJoules = 0.0
  /// Other nodes: (busy power / servers) x service time.
  public var serverJoules = 0.0

  public init() {}

  public var latency: Int64 { completion - arrival }
  public var deviceJoules: Double {
    deviceComputeJoules + transmitJoules + receiveJoules + waitJoules + radioOverheadJoules
  }
  public var totalJoules: Double { deviceJoules + serverJoules }
}

/// One step of a request: a visit to a machine, or a message over a link.
public struct StepRecord: Sendable {
  public enum Kind: UInt8, Sendable { case compute, serialize, uplink, downlink }

  /// The request's `RequestRecord.sequence`.
  public var sequence: Int64
  public var kind: Kind
  /// Index into `SystemModel.nodes` of a visit, into `SystemModel.links` of a message.
  public var place: Int32
  public var begin: Int64
  /// When service or sending was over, propagation included.
  public var end: Int64
  /// Of `end - begin`, the service or sending time at full speed; the rest is waiting, sharing and propagation.
  public var work: Int64
  /// Of a message.
  public var bytes: Int64
}

/// Receives requests of the measured window as they become final.
public protocol RequestSink {
  /// Receives what only some scenarios have of requests, each before its request.
  mutating func record(_ extras: [RequestExtras]) throws
  /// Receives steps in the order in which they end, where they are asked for.
  mutating func record(_ steps: [StepRecord]) throws
  mutating func record(_ request: RequestRecord) throws
  /// Receives up to about a thousand at once; unless implemented each goes to `record(_:)`.
  mutating func record(_ requests: [RequestRecord]) throws
  /// Notes the next entry of `ReplicationResult.placements`, before any request that names it is recorded.
  mutating func use(_ placement: Placement, source: Int) throws
}

extension RequestSink {
  public mutating func record(_ requests: [RequestRecord]) throws {
    for request in requests { try record(request) }
  }

  public mutating func use(_ placement: Placement, source: Int) throws {}

  public mutating func record(_ steps: [StepRecord]) throws {}

  public mutating func record(_ extras: [RequestExtras]) throws {}
}

/// What one network's requests amount to in a replication (measured window only).
public struct ModelTotals: Sendable {
  public var requests = 0
  public var completed = 0
  public var dropped = 0
  public var unfinished = 0
  /// Ended because a battery was empty.
  public var depleted = 0
  public var deadlineMissed = 0
  /// Completions inside the window, of whatever arrival, for the throughput.
  public var completionsInWindow = 0
  /// Sums over completed requests of the parts (a `RequestRecord` used as an accumulator).
  public var sums = RequestRecord()
  /// Latencies in nanoseconds of completed requests; quantiles within 1 %.
  public var latencyMeanNanoseconds = 0.0
  public var latencyQuantiles = QuantileSketch()
  /// Failed attempts and links' energy.
  public var extras = ExtrasTotals()
  /// The sum of the regrets of completed requests; `nil` where it was not asked for.
  public var regretNanoseconds: Int64?
  /// The mean accuracy of the exits at which requests left; `nil` where it is not known.
  public var accuracy: Double?

  public init() {}
}

/// One node's totals over its machines inside the window.
public struct NodeTotals: Sendable {
  /// Busy server seconds / (servers x count x window).
  public var utilization = 0.0
  /// Server seconds of work that came in the window / (servers x count x window): over 1 where more comes than can be done.
  public var offeredLoad = 0.0
  public var computeJoules = 0.0
  public var radioJoules = 0.0
  public var idleJoules = 0.0
  /// Visits that began service inside the window.
  public var requests = 0
  /// What happened to machines with `MachineTraits`.
  public var machines = MachineFigures()
  /// Of `computeJoules + radioJoules + idleJoules`, what no request was charged with.
  public var unbookedJoules = 0.0
  /// The share of machines x window without outages; `nil` where the node cannot fail.
  public var availability: Double?

  public init() {}
}

/// What memory, heat, power states and batteries came to on a node's machines; `nil` where the node has no such thing.
public struct MachineFigures: Sendable {
  /// Visits that had to load weights first, and weights that left for others, inside the window.
  public var coldStarts: Int?
  public var evictions: Int?
  /// The highest of all machines inside the window.
  public var peakCelsius: Double?
  /// Machine seconds inside the window at a speed that a temperature limits, and without power.
  public var throttledSeconds: Double?
  public var offSeconds: Double?
  /// Inside the window.
  public var boots: Int?
  /// From the start of the run to its end: joules of the batteries used and left, and how many are empty.
  public var batteryUsedJoules: Double?
  public var batteryLeftJoules: Double?
  public var batteriesEmpty: Int?
  /// When the first battery was empty; `nil` where none was.
  public var firstEmptySeconds: Double?

  public init() {}
}

/// One link's totals over its instances inside the window.
public struct LinkTotals: Sendable {
  public var bytesUp: Int64 = 0
  public var bytesDown: Int64 = 0
  public var utilizationUp = 0.0
  public var utilizationDown = 0.0
  /// Seconds of work that came in the window / (instances x window).
  public var offeredLoadUp = 0.0
  public var offeredLoadDown = 0.0
  /// By the energy of a bit and of a message.
  public var joules = 0.0
  /// The share of instances x window without outages; `nil` where there are none.
  public var availability: Double?

  public init() {}
}

/// What a replication came to.
public struct ReplicationResult: Sendable {
  /// Distinct placements in the order of their first use: source and placement.
  public var placements: [(source: Int, placement: Placement)] = []
  /// By network, as `SystemModel.models` lists them.
  public var models: [ModelTotals] = []
  public var nodes: [NodeTotals] = []
  public var links: [LinkTotals] = []
  /// Half the 95 % confidence interval of the mean latency over all networks, in nanoseconds; `nil` where the run is too short.
  public var latencyHalfWidth: Double?
  /// Of the sources that have a load scenario.
  public var loads: [LoadTotals] = []
  public var events = 0
  /// Requests that could not end, and what each waits for.
  public var stuck: [StuckRequest] = []
  /// Simulated time at the end, in nanoseconds.
  public var endNanoseconds: Int64 = 0
  public var wasInterrupted = false
  /// What a reader of the figures should know, such as decisions that an external policy failed to make.
  public var notes: [String] = []

  public init() {}
}
