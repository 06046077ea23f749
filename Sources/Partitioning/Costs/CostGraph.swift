import Inference

/// A network as a planner sees it: layers in topological order and the tensors between them.
///
/// A tensor that several layers read is one tensor: it is paid for once per link and direction.
public struct CostGraph: Sendable {
  /// One layer: a fused group of a real network, a row of a cost table, or an input of the network.
  public struct Layer: Sendable {
    public let name: String
    /// What else it answers to: the names of the nodes that are fused into it.
    public let nodeNames: [String]
    /// The tensors it reads, ascending and distinct, as indices into `tensors`.
    public let inputs: [Int]
    /// The tensors it makes.
    public let outputs: [Int]
    /// The name of the tier it must stay on; an input of the network without one stays on the device.
    public let pinnedTier: String?
    /// Whether it stands for an input of the network, which nobody computes.
    public let isInput: Bool
    /// What it computes, from which a device profile tells its time; `nil` in a cost table and for an input.
    public let work: Work?
    /// The nodes that are fused into it, between which a placement may cut it open; empty where there is only one.
    public let parts: [Part]

    public init(
      name: String, nodeNames: [String] = [], inputs: [Int], outputs: [Int], pinnedTier: String? = nil,
      isInput: Bool = false, work: Work? = nil, parts: [Part] = []
    ) {
      self.name = name
      self.nodeNames = nodeNames
      self.inputs = inputs
      self.outputs = outputs
      self.pinnedTier = pinnedTier
      self.isInput = isInput
      self.work = work
      self.parts = parts
    }
  }

  /// The work of one layer of a real network.
  public struct Work: Sendable, Hashable {
    public let macs: Int
    /// Bytes read and written: inputs, weights and outputs once.
    public let bytes: Int
    /// Of these, what is read once however many requests are computed together.
    public let weightBytes: Int
    /// Of these, what is written.
    public let outputBytes: Int
    public let costClass: CostClass
    /// What it has in common with layers of like speed; see `LayerGroup.kind`.
    public let kind: String
    /// How many functions are applied to its result; see `LayerGroup.functions`.
    public let functions: Int

    /// Of the bytes, what other layers or the caller made.
    public var inputBytes: Int { max(0, bytes - weightBytes - outputBytes) }

    public init(
      macs: Int, bytes: Int, weightBytes: Int = 0, outputBytes: Int = 0, costClass: CostClass, kind: String = "",
      functions: Int = 0
    ) {
      self.macs = macs
      self.bytes = bytes
      self.weightBytes = weightBytes
      self.outputBytes = outputBytes
      self.costClass = costClass
      self.kind = kind
      self.functions = functions
    }
  }

  /// One tensor that may cross a link.
  public struct Boundary: Sendable {
    public let name: String
    public let producer: Int
    /// The layers that read it, ascending and distinct.
    public let consumers: [Int]
    public let bytes: Int
    /// Whether it is a result of the network, to be sent to the device where results are returned.
    public let isResult: Bool

    public init(name: String, producer: Int, consumers: [Int], bytes: Int, isResult: Bool) {
      self.name = name
      self.producer = producer
      self.consumers = consumers
      self.bytes = bytes
      self.isResult = isResult
    }
  }

  public let name: String
  /// In topological order.
  public let layers: [Layer]
  public let tensors: [Boundary]
  /// Whether inputs are layers by name, as in a cost table; those of a real network are tensors and not listed.
  public let listsInputs: Bool
  /// Where the names went that passes took out of a real network.
  public let history: PassHistory
  /// Where a request may leave early, in topological order, the last being the whole network's; empty without a choice.
  public var exits: [Exit] = []

  public init(
    name: String, layers: [Layer], tensors: [Boundary], listsInputs: Bool = true, history: PassHistory = PassHistory()
  ) {
    self.name = name
    self.layers = layers
    self.tensors = tensors
    self.listsInputs = listsInputs
    self.history = history
  }
}
