import Simulation

/// A network as it is recorded.
public struct ModelDescription: Sendable {
  public struct Layer: Sendable {
    public var name: String
    public var operatorName: String
    public var macs: Int
    public var parameters: Int
    public var outputBytes: Int
    /// The shape of its first output; empty where it is not known, as in a cost table.
    public var outputShape: [Int]

    public init(
      name: String, operatorName: String, macs: Int = 0, parameters: Int = 0, outputBytes: Int, outputShape: [Int] = []
    ) {
      self.name = name
      self.operatorName = operatorName
      self.macs = macs
      self.parameters = parameters
      self.outputBytes = outputBytes
      self.outputShape = outputShape
    }
  }

  public var name: String
  /// `zoo`, `onnx` or `costs`.
  public var origin: String
  public var macs: Int
  public var parameters: Int
  /// The layers that are placed (fused groups), by the layer index of placements.
  public var layers: [Layer]

  public init(name: String, origin: String, macs: Int, parameters: Int, layers: [Layer]) {
    self.name = name
    self.origin = origin
    self.macs = macs
    self.parameters = parameters
    self.layers = layers
  }
}

/// A run at its beginning: one policy, one replication.
public struct RunDescription: Sendable {
  public var scenario: String
  /// The label of the policy, which names it in every view.
  public var policy: String
  /// The policy with its parameters, as SPEC.
  public var policySpec: String
  /// What it may know: `clairvoyant`, `profiled`, `estimating` or `blind`.
  public var informationClass: String
  public var replication: Int
  public var seed: UInt64
  /// How much is recorded: `summary`, `requests` or `events`.
  public var record: String
  public var durationSeconds: Double
  public var warmupSeconds: Double
  /// The scenario after `--set` and with every default.
  public var scenarioJSON: String
  public var toolVersion: String
  /// When it began, ISO 8601 in UTC.
  public var hostStarted: String

  public init(
    scenario: String, policy: String, policySpec: String, informationClass: String, replication: Int, seed: UInt64,
    record: String,
    durationSeconds: Double, warmupSeconds: Double, scenarioJSON: String, toolVersion: String, hostStarted: String
  ) {
    self.scenario = scenario
    self.policy = policy
    self.policySpec = policySpec
    self.informationClass = informationClass
    self.replication = replication
    self.seed = seed
    self.record = record
    self.durationSeconds = durationSeconds
    self.warmupSeconds = warmupSeconds
    self.scenarioJSON = scenarioJSON
    self.toolVersion = toolVersion
    self.hostStarted = hostStarted
  }
}

/// How a run stands.
public enum RunStatus: String, Sendable { case running, done, interrupted }

/// One partition of a placement, as it was really executed.
public struct ExecutionDescription: Sendable {
  public var placement: PlacementID
  /// The request it was executed for, where every request is executed.
  public var run: Int64?
  public var sequence: Int64?
  /// Counts the partitions of one execution from 0, in the order they ran.
  public var partition: Int
  /// The tier it stands for: `device`, `edge`, `cloud`.
  public var tier: String
  public var layers: Int
  public var codec: String
  /// Bytes of the serialised tensors it received from other partitions.
  public var boundaryBytes: Int
  public var hostMilliseconds: Double
  /// SHA-256 of the network's outputs as this split execution made them.
  public var digest: String
  /// Whether they equal the whole network's, bit for bit.
  public var outputsEqual: Bool

  public init(
    placement: PlacementID, run: Int64? = nil, sequence: Int64? = nil, partition: Int, tier: String, layers: Int,
    codec: String = "raw", boundaryBytes: Int, hostMilliseconds: Double, digest: String, outputsEqual: Bool
  ) {
    self.placement = placement
    self.run = run
    self.sequence = sequence
    self.partition = partition
    self.tier = tier
    self.layers = layers
    self.codec = codec
    self.boundaryBytes = boundaryBytes
    self.hostMilliseconds = hostMilliseconds
    self.digest = digest
    self.outputsEqual = outputsEqual
  }
}

/// The key of a row of `placement`.
public struct PlacementID: Sendable, Hashable {
  public let rawValue: Int64

  package init(_ rawValue: Int64) { self.rawValue = rawValue }
}
