import Partitioning
import Simulation

/// A placement as it is recorded: where it cuts, what crosses, what was planned.
public struct PlacementDescription: Sendable {
  /// The index of the source in `SystemModel.sources`.
  public var source: Int
  public var placement: Placement
  /// Where it cuts, in few words: the layers whose outputs leave their tier.
  public var cut: String
  public var deviceLayers = 0
  public var edgeLayers = 0
  public var cloudLayers = 0
  /// Distinct tensors that leave the tier they were made on, and their bytes, each once.
  public var boundaryTensors = 0
  public var boundaryBytes = 0

  /// Latency, in milliseconds, and energy, in joules, of an isolated request; `nil` where nobody planned it.
  public var plannedLatencyMilliseconds: Double?
  public var plannedDeviceJoules: Double?
  /// The least of all placements of the same source, each on its own.
  public var optimumLatencyMilliseconds: Double?
  public var optimumDeviceJoules: Double?

  /// A placement of which nothing but the name of its cut is known.
  package init(_ placement: Placement, source: Int, cut: String) {
    self.source = source
    self.placement = placement
    self.cut = cut
  }

  /// Describes a placement of the requests of a source.
  public init(_ placement: Placement, source: Int, in system: SystemModel) {
    self.source = source
    self.placement = placement
    let model = system.sources[source]
    let network = model.problem.network
    let runs = network.layers(runUntil: placement.exit.map { Int($0) })
    for (index, layer) in network.layers.enumerated() where !layer.isInput && runs?[index] ?? true {
      switch system.nodes[model.path[placement[index]]].role {
      case .device: deviceLayers += 1
      case .edge: edgeLayers += 1
      case .cloud: cloudLayers += 1
      }
    }
    let (opened, parts) = model.problem.opened(for: placement)
    let openedNetwork = opened.network
    var names: [String] = []
    for tensor in openedNetwork.tensors {
      let tier = parts[tensor.producer]
      let isMade = runs?[tensor.producer] ?? true
      guard isMade, tensor.consumers.contains(where: { parts[$0] != tier && runs?[$0] ?? true }) else { continue }
      boundaryTensors += 1
      boundaryBytes += tensor.bytes
      let name = openedNetwork.layers[tensor.producer].name
      if names.last != name { names.append(name) }
    }
    let top = openedNetwork.layers.indices.map { parts[$0] }.max() ?? 0
    switch names.count {
    case 0: cut = "all on \(model.problem.tiers[top].name)"
    case ...3: cut = names.joined(separator: " + ")
    default: cut = names.prefix(2).joined(separator: " + ") + " + \(names.count - 2) more"
    }
    if let exit = placement.exit, Int(exit) < network.exits.count {
      cut += ", exit \(network.layers[network.exits[Int(exit)].layer].name)"
    }
  }
}
