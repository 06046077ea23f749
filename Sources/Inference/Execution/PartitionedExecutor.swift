import Foundation

/// Runs a network cut into partitions that share nothing but the serialised tensors between them.
///
/// Whatever the cut, the outputs are those of the whole network, bit for bit.
public final class PartitionedExecutor: Sendable {
  /// Layers that run one after another in the same place.
  public struct Partition: Sendable {
    /// The place, as given for each layer.
    public let place: Int
    /// Indices of the layers.
    public let layers: [Int]
    /// The partition as a network of its own.
    public var graph: Graph { executor.graph }
    /// Values of the whole network, in the order of the partition's inputs and outputs.
    public let inputs: [ValueID]
    public let outputs: [ValueID]
    let executor: Executor
  }

  /// What one partition did in a run.
  public struct Record: Sendable {
    /// Decoding, computing and encoding.
    public let nanoseconds: Int
    /// Serialised bytes of its inputs and outputs, headers included.
    public let receivedBytes: Int
    public let sentBytes: Int
  }

  public let graph: Graph
  /// In an order in which they can run.
  public let partitions: [Partition]

  /// Cuts a network by the place of each of its layers, which may be any.
  ///
  /// A layer joins the partition of its place that its predecessors allow: a partition ends where a tensor comes back
  /// from another place. `layers` are the graph's, fused or not.
  public init(_ graph: Graph, layers: [LayerGroup], places: [Int], threads: Int = 1, fuse: Bool = true) throws {
    guard layers.count == places.count else {
      throw ExecutionError("\(places.count) places for \(layers.count) layers")
    }
    self.graph = graph
    var makers = [Int?](repeating: nil, count: graph.values.count)
    var stages: [Int] = []
    for (index, layer) in layers.enumerated() {
      let stage = layer.inputs.compactMap { makers[$0.index] }.reduce(0) { stage, maker in
        max(stage, places[maker] == places[index] ? stages[maker] : stages[maker] + 1)
      }
      stages.append(stage)
      for node in layer.nodes {
        for case let output? in graph.nodes[node].outputs { makers[output.index] = index }
      }
    }
    let order = layers.indices.sorted { (stages[$0], places[$0], $0) < (stages[$1], places[$1], $1) }
    var groups: [[Int]] = []
    for layer in order {
      if let last = groups.last?.last, stages[last] == stages[layer], places[last] == places[layer] {
        groups[groups.count - 1].append(layer)
      } else {
        groups.append([layer])
      }
    }
    partitions = try groups.enumerated().map { index, members in
      let nodes = members.flatMap { layers[$0].nodes }
      let boundary = graph.boundary(of: nodes)
      return Partition(
        place: places[members[0]], layers: members, inputs: boundary.inputs, outputs: boundary.outputs,
        executor: try Executor(
          graph.subgraph(of: nodes, name: "\(graph.name)/\(index)"), threads: threads, fuse: fuse))
    }
  }

  /// Cuts a network in two: a node and all it depends on, and the rest.
  ///
  /// Throws `UnknownName` where the name stands for nothing, and `AbsorbedName` where a pass took the node in; see
  /// `Graph.node(named:)`.
  public convenience init(_ graph: Graph, cutAfter name: String, threads: Int = 1, fuse: Bool = true) throws {
    let head = Set(graph.cut(after: try graph.node(named: name)).head)
    let layers = graph.layers(fused: false)
    try self.init(
      graph, layers: layers, places: layers.map { head.contains($0.nodes[0]) ? 0 : 1 }, threads: threads, fuse: fuse)
  }

  /// Computes the outputs, and what each partition took.
  public func run(_ inputs: [Tensor]) throws -> (outputs: [Tensor], records: [Record]) {
    guard inputs.count == graph.inputs.count else {
      throw ExecutionError("the network takes \(graph.inputs.count) inputs, not \(inputs.count)")
    }
    var messages = [[UInt8]?](repeating: nil, count: graph.values.count)
    for (id, tensor) in zip(graph.inputs, inputs) { messages[id.index] = BoundaryCodec.encode(tensor) }
    var records: [Record] = []
    for partition in partitions {
      let start = DispatchTime.now().uptimeNanoseconds
      let received = try partition.inputs.map { id in
        guard let message = messages[id.index] else { throw ExecutionError("'\(graph[id].name)' has not been sent") }
        return message
      }
      let results = try partition.executor.run(received.map(BoundaryCodec.decode))
      let sent = results.map(BoundaryCodec.encode)
      for (id, message) in zip(partition.outputs, sent) { messages[id.index] = message }
      records.append(
        Record(
          nanoseconds: Int(DispatchTime.now().uptimeNanoseconds - start),
          receivedBytes: received.reduce(0) { $0 + $1.count }, sentBytes: sent.reduce(0) { $0 + $1.count }))
    }
    let outputs = try graph.outputs.map { id -> Tensor in
      if let message = messages[id.index] { return try BoundaryCodec.decode(message) }
      guard let constant = graph[id].type?.constant else {
        throw ExecutionError("output '\(graph[id].name)' is not made")
      }
      return constant
    }
    return (outputs, records)
  }
}
