import StrictJSON

/// A network known only by its costs: the file format `offloadsim_costs: 1`.
public struct CostTable: Sendable {
  /// The device's power in watts; sending and receiving are its whole power while it does so.
  public struct Power: Sendable, Hashable {
    public var busyWatts = 0.0
    public var idleWatts = 0.0
    public var transmitWatts = 0.0
    public var receiveWatts = 0.0

    public init() {}

    init(from fields: inout FieldReader) {
      busyWatts = fields.double(
        "busy", default: 0, in: .nonNegative(upTo: 1e9), "whole power with every server busy, in watts")
      idleWatts = fields.double(
        "idle", default: 0, in: .nonNegative(upTo: 1e9), "whole power with no server busy, in watts")
      transmitWatts = fields.double(
        "tx", default: 0, in: .nonNegative(upTo: 1e9), "whole power while sending, in watts")
      receiveWatts = fields.double(
        "rx", default: 0, in: .nonNegative(upTo: 1e9), "whole power while receiving, in watts")
    }
  }

  /// The time of a batch: fixed + perItem x its size, in nanoseconds.
  public struct BatchTime: Sendable, Hashable {
    public let fixedNanoseconds: Int64
    public let perItemNanoseconds: Int64

    public init(fixedNanoseconds: Int64, perItemNanoseconds: Int64) {
      self.fixedNanoseconds = fixedNanoseconds
      self.perItemNanoseconds = perItemNanoseconds
    }
  }

  public let graph: CostGraph
  /// In the order of the chain, device first; pins of the graph name them.
  public let tiers: [String]
  /// By tier.
  public let power: [Power]
  /// By tier and layer; 0 for inputs and on tiers where a pinned layer never runs.
  public let computeNanoseconds: [[Int64]]
  /// By tier and layer; `nil` where a batch takes as long as its items one by one.
  public let batchTimes: [[BatchTime?]]

  /// Reads a file; throws every mistake in it.
  public init(contentsOf path: String) throws(InputError) {
    try self.init(JSONParser.parse(contentsOf: path), name: path)
  }

  /// Reads a parsed file; the name is the network's where the file gives none.
  public init(_ node: JSONNode, name: String) throws(InputError) {
    let rows = try FieldReader.read(node) { CostTableRows(from: &$0) }
    try self.init(rows, name: name)
  }

  /// The table's network on a chain of its own tiers.
  public func problem(hops: [PlacementProblem.Hop], returnsResult: Bool = false) -> PlacementProblem {
    problem(on: tiers.map { ($0, nil) }, names: tiers, hops: hops, returnsResult: returnsResult)
  }

  /// The table's network on a chain of machines, each of which is as fast as one of the table's tiers.
  ///
  /// `path` names the table's tier for each machine and its role; `names` are the machines' own names, which replace
  /// those of the tiers. The chain's tiers must all be in the table. Servers default to one each; `batches` says which
  /// machines serve in batches.
  public func problem(
    on path: [(tier: String, role: TierRole?)], names: [String], servers: [Int]? = nil, batches: [Bool]? = nil,
    hops: [PlacementProblem.Hop], radio: RadioPower? = nil, returnsResult: Bool = false
  ) -> PlacementProblem {
    let indices = path.map { step in
      guard let index = tiers.firstIndex(of: step.tier) else { preconditionFailure("no tier '\(step.tier)'") }
      return index
    }
    let machines = indices.enumerated().map { place, index in
      PlacementProblem.Tier(
        name: names[place], computeNanoseconds: computeNanoseconds[index], busyWatts: power[index].busyWatts,
        idleWatts: power[index].idleWatts, servers: servers?[place] ?? 1, role: path[place].role,
        batchCosts: batches?[place] ?? false ? batchCosts(tier: index) : nil)
    }
    let device = power[indices[0]]
    let constant = RadioPower.constant(
      transmitWatts: device.transmitWatts - device.idleWatts, receiveWatts: device.receiveWatts - device.idleWatts)
    var machineOfTier: [String: String] = [:]
    for (step, name) in zip(path, names) where machineOfTier[step.tier] == nil { machineOfTier[step.tier] = name }
    return PlacementProblem(
      network: graph.renamingPins { machineOfTier[$0] ?? $0 }, tiers: machines, hops: hops, radio: radio ?? constant,
      returnsResult: returnsResult)
  }
}

extension CostGraph {
  fileprivate func renamingPins(_ rename: (String) -> String) -> CostGraph {
    let layers = layers.map { layer in
      Layer(
        name: layer.name, nodeNames: layer.nodeNames, inputs: layer.inputs, outputs: layer.outputs,
        pinnedTier: layer.pinnedTier.map(rename), isInput: layer.isInput, work: layer.work)
    }
    var graph = CostGraph(name: name, layers: layers, tensors: tensors, listsInputs: listsInputs)
    graph.exits = exits
    return graph
  }
}
