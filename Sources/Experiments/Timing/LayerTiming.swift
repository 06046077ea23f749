import Inference
import Partitioning
import StrictJSON

/// Measures a network's layers on this host.
public enum LayerTiming {
  /// The median time of each layer of the cost graph in nanoseconds, on one thread; 0 for inputs of the network.
  public static func measure(_ model: LoadedModel, _ network: CostGraph) throws(InputError) -> [Int64] {
    guard let graph = model.graph else { throw InputError("'\(model.name)' is a cost table: nothing can be measured") }
    do {
      let executor = try Executor(graph, fuse: network.isFused(graph))
      let inputs = try model.seededInputs(seed: 1)
      _ = try executor.run(inputs)
      return [Int64](repeating: 0, count: graph.inputs.count)
        + (try executor.timeLayers(inputs, runs: 9)).map(Int64.init)
    } catch { throw InputError("'\(model.name.printable)' cannot be measured: \(error)") }
  }
}
