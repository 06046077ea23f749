import Partitioning

/// Everything one replication needs: machines, links, workload and the policy, as plain values.
public struct SystemModel: Sendable {
  public var nodes: [NodeModel]
  public var links: [LinkModel]
  public var sources: [SourceModel]
  /// Networks by name; `SourceModel.model` indexes it.
  public var models: [String]
  public var seed: UInt64
  public var replication: Int
  /// Requests that arrive in [warmup, duration) are counted; arrivals stop at `durationNanoseconds`.
  public var warmupNanoseconds: Int64
  public var durationNanoseconds: Int64
  /// Whether what is in flight at the end is finished, or counted as unfinished.
  public var drains: Bool
  /// Whether each request's regret against the clairvoyant plan is recorded.
  public var judgesRegret = false

  public init(
    nodes: [NodeModel], links: [LinkModel], sources: [SourceModel], models: [String], seed: UInt64,
    replication: Int = 0,
    warmupNanoseconds: Int64 = 0, durationNanoseconds: Int64, drains: Bool = true
  ) {
    self.nodes = nodes
    self.links = links
    self.sources = sources
    self.models = models
    self.seed = seed
    self.replication = replication
    self.warmupNanoseconds = warmupNanoseconds
    self.durationNanoseconds = durationNanoseconds
    self.drains = drains
  }
}

/// A machine, or `count` independent machines of one kind.
public struct NodeModel: Sendable {
  public typealias Scheduler = Simulation.Scheduler
  /// How the parts of a request's time that are spent here are called.
  public typealias Role = TierRole

  public var name: String
  public var role: Role
  public var count: Int
  public var servers: Int
  public var scheduler: Scheduler
  /// How many requests may wait for each machine, more being turned away; `nil` for any number.
  public var queueLimit: Int?
  public var variation: ServiceVariation
  /// Memory, clocks, heat, power states and battery.
  public var traits = MachineTraits()
  /// Power with no server busy and with every server busy, in watts.
  public var idleWatts: Double
  public var busyWatts: Double
  /// When each machine is down, and loses all work that waits or is in progress there.
  public var outages: [Outage] = []
  public var randomOutages: RandomOutages?

  var fails: Bool { !outages.isEmpty || randomOutages != nil }

  public init(
    name: String, role: Role, count: Int = 1, servers: Int = 1, scheduler: Scheduler = .fifo,
    queueLimit: Int? = nil, variation: ServiceVariation = .none, idleWatts: Double = 0, busyWatts: Double = 0
  ) {
    self.name = name
    self.role = role
    self.count = count
    self.servers = servers
    self.scheduler = scheduler
    self.queueLimit = queueLimit
    self.variation = variation
    self.idleWatts = idleWatts
    self.busyWatts = busyWatts
  }
}

/// A factor of mean 1, drawn once per visit to a node, on its compute time.
public enum ServiceVariation: Sendable, Hashable {
  case none
  case exponential
  case lognormal(cv: Double)
  case gamma(cv: Double)
}

/// A link between two nodes; one per machine at its lower end unless shared.
public struct LinkModel: Sendable {
  public enum Sharing: String, Sendable, CaseIterable, Codable { case fair, fifo, wifi }

  public var name: String
  /// The node below (nearer to the device) and above, as indices into `SystemModel.nodes`.
  public var from: Int
  public var to: Int
  public var hop: PlacementProblem.Hop
  public var sharing: Sharing
  /// Whether all machines of `from` share one link.
  public var isShared: Bool
  /// What takes the place of the hop's constant rates, which are then the means.
  public var uplinkTrace: RateTrace?
  public var downlinkTrace: RateTrace?
  public var outages: [Outage] = []
  /// Of each instance, besides those given.
  public var randomOutages: RandomOutages?
  /// Whether an outage loses what is on the link and what comes; otherwise transfers pause and go on.
  public var losesInOutages = false
  public var loss: MessageLoss?
  /// What messages of both directions contend for, where the sharing is `wifi`.
  public var medium: AirtimeMedium?
  /// Where the transport is TCP and messages use one connection after another: for how long it may rest before it begins
  /// anew; `nil` where each message has its own.
  public var longestRestNanoseconds: Int64?
  /// Bytes that may wait for each direction of a link with a line, besides the message being sent; `nil` for any number.
  public var bufferBytes: Int?
  /// Messages are late by up to so much, uniformly.
  public var jitterNanoseconds: Int64 = 0

  public init(
    name: String, from: Int, to: Int, hop: PlacementProblem.Hop, sharing: Sharing = .fair, isShared: Bool = false
  ) {
    self.name = name
    self.from = from
    self.to = to
    self.hop = hop
    self.sharing = sharing
    self.isShared = isShared
  }
}

/// Requests for one network that begin at a node; each of its `count` machines gets the full arrival rate.
public struct SourceModel: Sendable {
  public var node: Int
  public var model: Int
  public var arrivals: Arrivals
  /// How many requests begin at each arrival; a closed client sends as many, and comes again when all are answered.
  public var requestsPerArrival: Int = 1
  /// What its queries are judged by.
  public var load: LoadScenario?
  /// What becomes of attempts that fail; without it their requests fail.
  public var recovery: Recovery?
  /// From arrival to the end of the request; `nil` where there is none.
  public var deadlineNanoseconds: Int64?
  /// Where a scheduler asks for it, requests of a larger priority go first.
  public var priority: Int
  /// The nodes of the path from the source upwards and the links between them.
  public var path: [Int]
  public var links: [Int]
  public var problem: PlacementProblem
  public var policy: any PartitionPolicy
  /// What a decision costs the device in time, for each request.
  public var decisionNanoseconds: Int64 = 0

  public init(
    node: Int, model: Int, arrivals: Arrivals, deadlineNanoseconds: Int64? = nil, priority: Int = 0,
    path: [Int], links: [Int],
    problem: PlacementProblem, policy: any PartitionPolicy
  ) {
    self.node = node
    self.model = model
    self.arrivals = arrivals
    self.deadlineNanoseconds = deadlineNanoseconds
    self.priority = priority
    self.path = path
    self.links = links
    self.problem = problem
    self.policy = policy
  }
}

/// When requests begin.
public enum Arrivals: Sendable, Hashable {
  /// Exponential gaps of mean 1 / rate.
  case poisson(ratePerSecond: Double)
  /// Every 1 / rate from `phaseSeconds` on; each gap's time is moved by up to `jitter` of it, uniformly.
  case periodic(ratePerSecond: Double, phaseSeconds: Double = 0, jitter: Double = 0)
  /// At the given times, ascending, in nanoseconds.
  case trace(nanoseconds: [Int64])
  /// A fixed number of clients, each sending its next request `think` after the answer.
  case closed(clients: Int, thinkSeconds: Double, exponential: Bool)
  /// A Markov-modulated Poisson process: state i has rate i and an exponential holding time of mean i; then the next.
  case mmpp(ratesPerSecond: [Double], meanHoldingSeconds: [Double])
  /// A Poisson process of the rate mean x (1 + amplitude sin(2 pi (t / period + phase))), t in seconds.
  case diurnal(meanPerSecond: Double, amplitude: Double, periodSeconds: Double, phase: Double)
}
