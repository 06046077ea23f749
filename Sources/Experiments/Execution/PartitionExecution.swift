import Foundation
import Inference
import Partitioning
import Results
import StrictJSON

/// Really executes placements: each partition by an executor of its own, compared with the whole network bit for bit.
final class PartitionExecution {
  /// What one partition did.
  struct Part {
    let tier: String
    let layers: Int
    let boundaryBytes: Int
    let hostMilliseconds: Double
  }

  /// What a placement did, partition by partition.
  struct Outcome {
    let parts: [Part]
    let digest: String
    let outputsEqual: Bool
  }

  private let model: LoadedModel
  private let graph: Graph
  private let whole: Executor
  /// The whole network's outputs for the inputs of a seed.
  private var reference: (seed: UInt64, inputs: [Tensor], outputs: [Tensor])?
  /// The executors used last, latest at the end: each holds its own copy of the weights.
  private var split: [(key: Key, executor: PartitionedExecutor)] = []

  private static let keptExecutors = 4

  private struct Key: Equatable {
    let placement: Placement
    let layers: Int
  }

  /// Throws `InputError` where the network cannot be executed; `nil` for a cost table.
  init?(_ model: LoadedModel) throws {
    guard let graph = model.graph else { return nil }
    self.model = model
    self.graph = graph
    do {
      whole = try Executor(graph)
    } catch { throw InputError("'\(model.name.printable)' cannot be executed: \(error)") }
  }

  /// Executes the network on inputs of that seed, split by a placement of `problem`'s layers.
  func execute(_ placement: Placement, of problem: PlacementProblem, seed: UInt64) throws -> Outcome {
    let network = problem.network
    let executor = try executor(of: placement, network)
    let reference = try reference(seed: seed)
    let (outputs, records) = try executor.run(reference.inputs)
    let parts = zip(executor.partitions, records).map { partition, record in
      Part(
        tier: problem.role(of: partition.place).rawValue, layers: partition.layers.count,
        boundaryBytes: record.receivedBytes,
        hostMilliseconds: Double(record.nanoseconds) / 1e6)
    }
    return Outcome(
      parts: parts, digest: Self.digest(of: outputs),
      outputsEqual: outputs.count == reference.outputs.count
        && zip(outputs, reference.outputs).allSatisfy { $0.isIdentical(to: $1) })
  }

  private func executor(of placement: Placement, _ network: CostGraph) throws -> PartitionedExecutor {
    let key = Key(placement: placement, layers: network.layers.count)
    if let index = split.firstIndex(where: { $0.key == key }) {
      split.append(split.remove(at: index))
      return split[split.count - 1].executor
    }
    if split.count == Self.keptExecutors { split.removeFirst() }
    let whole = graph.layers(fused: network.isFused(graph))
    let parts = placement.splits.isEmpty ? [] : graph.parts(of: whole)
    var (layers, places): ([LayerGroup], [Int]) = ([], [])
    for (index, layer) in whole.enumerated() {
      let place = placement[graph.inputs.count + index]
      guard let split = placement.splits.first(where: { $0.layer == graph.inputs.count + index }) else {
        layers.append(layer)
        places.append(place)
        continue
      }
      let tail = parts[index][(split.part + 1)...].map(\.node)
      layers += [parts[index][split.part].head] + tail
      places += [place] + tail.map { _ in Int(split.tier) }
    }
    let executor = try PartitionedExecutor(graph, layers: layers, places: places)
    split.append((key, executor))
    return executor
  }

  /// SHA-256 over the serialised outputs in order.
  private static func digest(of outputs: [Tensor]) -> String {
    var hash = SHA256()
    for output in outputs { hash.update(BoundaryCodec.encode(output).span.bytes) }
    return hash.hexDigest()
  }

  private func reference(seed: UInt64) throws -> (inputs: [Tensor], outputs: [Tensor]) {
    if let reference, reference.seed == seed { return (reference.inputs, reference.outputs) }
    let inputs = try model.seededInputs(seed: seed)
    let outputs = try whole.run(inputs)
    reference = (seed, inputs, outputs)
    return (inputs, outputs)
  }
}
