import Inference
import Partitioning
import Scenarios
import Simulation
import StrictJSON

/// A scenario with its networks loaded and its costs known: what is planned, simulated and executed.
public struct ScenarioSystem: Sendable {
  public let scenario: Scenario
  /// In the scenario's order.
  public let models: [LoadedModel]
  /// What each workload's requests may choose from, by workload index.
  public let problems: [PlacementProblem]
  /// The nodes' whole power, by node index.
  private let power: [(idle: Double, busy: Double)]

  /// Loads the networks and costs every layer on every node of its path.
  ///
  /// `measure` gives each layer's time on this host, by layer index, where the scenario's timing is `measured`. Throws
  /// `InputError` with every network that cannot be loaded or costed. `passes` are those of models that name none, and
  /// `cuts` the nodes that policies name; the scenario's policies where it is left out.
  public init(
    _ scenario: Scenario, withWeights: Bool = true, passes: PassSelection = .standard, cuts: [String]? = nil,
    measure: (LoadedModel, CostGraph) throws(InputError) -> [Int64] = LayerTiming.measure
  ) throws(InputError) {
    let diagnostics = Diagnostics()
    let withWeights = withWeights && scenario.execution != .none || scenario.timing == .measured
    let cuts = cuts ?? scenario.policies.compactMap(\.policy.namedCut)
    var models: [LoadedModel] = []
    for model in scenario.models {
      do throws(InputError) {
        let loaded = try LoadedModel.load(model, of: scenario, withWeights: withWeights)
        models.append(try loaded.optimized(model.passes ?? passes, keeping: cuts).assumingSizes(seed: scenario.seed))
      } catch { diagnostics.report(error) }
    }
    try diagnostics.throwIfAny()
    var problems: [PlacementProblem] = []
    for workload in scenario.workload {
      do throws(InputError) {
        problems.append(try Self.problem(of: workload, in: scenario, models, measure))
      } catch { diagnostics.report(error) }
    }
    try diagnostics.throwIfAny()
    self.scenario = scenario
    self.models = models
    self.problems = problems
    power = try Self.power(scenario, problems)
  }

  /// The machines, links and requests of one replication under a policy.
  public func system(under policy: Scenario.Policy, replication: Int) -> SystemModel {
    let sources = zip(scenario.workload, problems).map { workload, problem in
      let path = scenario.path(of: workload)
      var source = SourceModel(
        node: path.nodes[0], model: scenario.modelIndex(named: workload.model.name) ?? 0, arrivals: workload.arrivals,
        deadlineNanoseconds: workload.deadlineMilliseconds.map { .nanoseconds($0 * 1e6) }, priority: workload.priority,
        path: path.nodes, links: path.links, problem: problem, policy: policy.policy)
      source.requestsPerArrival = workload.requestsPerArrival
      source.load = workload.load
      source.recovery = workload.recovery
      source.decisionNanoseconds = .nanoseconds(policy.decisionMicroseconds * 1e3)
      return source
    }
    var system = SystemModel(
      nodes: zip(scenario.nodes, power).map { node, power in
        var model = NodeModel(
          name: node.name, role: node.tier, count: node.count, servers: node.servers, scheduler: node.scheduler,
          queueLimit: node.queueLimit, variation: node.variation, idleWatts: power.idle, busyWatts: power.busy)
        model.outages = node.outages
        model.randomOutages = node.randomOutages
        model.traits = node.traits
        return model
      },
      links: scenario.links.map { link in
        var model = LinkModel(
          name: link.name, from: scenario.nodeIndex(named: link.from.name) ?? 0,
          to: scenario.nodeIndex(named: link.to.name) ?? 0, hop: link.hop, sharing: link.sharing,
          isShared: link.isShared)
        model.uplinkTrace = link.uplinkTrace
        model.downlinkTrace = link.downlinkTrace
        model.outages = link.outages
        model.randomOutages = link.randomOutages
        model.losesInOutages = link.losesInOutages
        model.loss = link.loss
        model.medium = link.medium
        model.longestRestNanoseconds = link.longestRestMilliseconds.map { .nanoseconds($0 * 1e6) }
        model.bufferBytes = link.bufferBytes
        model.jitterNanoseconds = .nanoseconds(link.jitterMilliseconds * 1e6)
        return model
      },
      sources: sources, models: models.map(\.name), seed: scenario.seed, replication: replication,
      warmupNanoseconds: .nanoseconds(scenario.warmupSeconds * 1e9),
      durationNanoseconds: .nanoseconds(scenario.durationSeconds * 1e9), drains: scenario.drains)
    system.judgesRegret = true
    return system
  }

  private static func problem(
    of workload: Scenario.Workload, in scenario: Scenario, _ models: [LoadedModel],
    _ measure: (LoadedModel, CostGraph) throws(InputError) -> [Int64]
  ) throws(InputError) -> PlacementProblem {
    let path = scenario.path(of: workload)
    let nodes = path.nodes.map { scenario.nodes[$0] }
    let links = path.links.map { scenario.links[$0] }
    for link in links.dropFirst() where link.radio != .none {
      throw InputError(
        "link '\(link.name.printable)' has a radio, but only the link of the device that requests begin on can have one",
        at: link.radioPosition)
    }
    let radio = links.first?.radio ?? .none
    let model = models[scenario.modelIndex(named: workload.model.name) ?? 0]
    let inputBytes = try model.inputBytes(of: workload)
    var problem: PlacementProblem
    switch model.content {
    case .table(let table):
      let tabled = table.problem(
        on: nodes.map { ($0.tier.rawValue, $0.tier) }, names: nodes.map(\.name), servers: nodes.map(\.servers),
        batches: nodes.map(\.scheduler.isBatch), hops: links.map(\.hop), radio: radio == .none ? nil : radio,
        returnsResult: scenario.returnsResult)
      problem = try inputBytes.map { bytes throws(InputError) in try tabled.withInputBytes(bytes) } ?? tabled
    case .graph:
      let fused = nodes.allSatisfy { $0.profile?.fusesLayers ?? true }
      let network = try model.costGraph(fused: fused, inputBytes: inputBytes)
      let measured = scenario.timing == .measured ? try measure(model, network) : nil
      let tiers = nodes.map { node in
        let profile = node.profile ?? .unlimited
        return PlacementProblem.Tier(
          name: node.name,
          computeNanoseconds: measured.map { times in times.map { .nanoseconds(Double($0) * node.speed) } }
            ?? profile.nanoseconds(of: network), busyWatts: profile.busyWatts, idleWatts: profile.idleWatts,
          servers: node.servers, role: node.tier,
          batchCosts: node.scheduler.isBatch && measured == nil ? profile.batchCosts(of: network) : nil,
          profile: measured == nil ? profile : nil)
      }
      problem = PlacementProblem(
        network: network, tiers: tiers, hops: links.map(\.hop), radio: radio, returnsResult: scenario.returnsResult)
    }
    problem.codec = try model.codec(of: workload, bytes: problem.network.inputBytes)
    for (tier, node) in nodes.enumerated() {
      let accelerators = node.acceleratorWatts
      problem.tiers[tier].addPower(idle: accelerators.idle, busy: accelerators.busy)
      guard let memory = node.traits.memory else { continue }
      problem.tiers[tier].memory = MemoryLimit(
        bytes: memory.bytes, requests: node.scheduler.largestBatch, position: node.memoryPosition)
    }
    try problem.validate()
    return problem
  }

  /// A node's power is that of the networks that name it; a cost table's takes the place of the profile's.
  private static func power(
    _ scenario: Scenario, _ problems: [PlacementProblem]
  ) throws(InputError) -> [(idle: Double, busy: Double)] {
    var power = scenario.nodes.map { ($0.profile?.idleWatts ?? 0, $0.profile?.busyWatts ?? 0) }
    var isSet = [Bool](repeating: false, count: power.count)
    for (workload, problem) in zip(scenario.workload, problems) {
      for (node, tier) in zip(scenario.path(of: workload).nodes, problem.tiers) {
        if isSet[node], power[node] != (tier.idleWatts, tier.busyWatts) {
          throw InputError(
            "node '\(scenario.nodes[node].name.printable)' has one power by one model and another by "
              + "'\(workload.model.name.printable)'; give the cost tables of a scenario the same 'power_w'",
            at: workload.model.position)
        }
        power[node] = (tier.idleWatts, tier.busyWatts)
        isSet[node] = true
      }
    }
    return power
  }
}

extension PlacementProblem {
  /// The same problem with an input of another size in transit.
  public func withInputBytes(_ bytes: Int) throws(InputError) -> PlacementProblem {
    var problem = PlacementProblem(
      network: try network.withInputBytes(bytes), tiers: tiers, hops: hops, radio: radio, returnsResult: returnsResult)
    problem.codec = codec
    return problem
  }
}

extension Scenario.Link {
  var hop: PlacementProblem.Hop {
    let plain = PlacementProblem.Hop(
      uplinkMbps: uplinkMbps, downlinkMbps: downlinkMbps, roundTripMilliseconds: rttMilliseconds)
    return PlacementProblem.Hop(
      uplinkBitsPerSecond: plain.uplinkBitsPerSecond, downlinkBitsPerSecond: plain.downlinkBitsPerSecond,
      propagationNanoseconds: plain.propagationNanoseconds, transport: transport, serialization: serialization,
      streams: streams, energy: energy)
  }
}

extension ScenarioSystem {
  /// What a reader of the figures should know, each once.
  public var notes: [String] {
    var notes = models.compactMap(\.costNote) + models.compactMap(\.passNote)
    for note in problems.flatMap(\.notes) where !notes.contains(note) { notes.append(note) }
    return notes
  }
}

extension DeviceProfile {
  /// A machine that takes no time and no power, for nodes that need no profile because times are measured.
  static let unlimited = DeviceProfile(name: "none", source: "no profile", rates: [:])
}
