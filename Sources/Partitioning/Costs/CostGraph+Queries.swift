import Inference
import StrictJSON

extension CostGraph {
  /// What one run reads of weights and writes, in bytes: what a cache must hold for the next run to find them there.
  public var touchedBytes: Int {
    layers.reduce(0) { $0 + ($1.work.map { $0.weightBytes + $0.outputBytes } ?? 0) }
  }

  /// The layers whose outputs each layer reads, ascending and distinct.
  package func predecessors() -> [[Int]] {
    layers.map { layer in
      var sources: [Int] = []
      for producer in layer.inputs.map({ tensors[$0].producer }).sorted() where sources.last != producer {
        sources.append(producer)
      }
      return sources
    }
  }

  /// The layers and all layers that they depend on, by layer index.
  package func ancestors(of seeds: [Int]) -> [Bool] {
    var isAncestor = [Bool](repeating: false, count: layers.count)
    for seed in seeds { isAncestor[seed] = true }
    for layer in layers.indices.reversed() where isAncestor[layer] {
      for tensor in layers[layer].inputs { isAncestor[tensors[tensor].producer] = true }
    }
    return isAncestor
  }

  /// The layers that a cut's name stands for: a layer, a node fused into one, or all of a dotted module.
  ///
  /// Throws `InputError` with the nearest name where there is none.
  public func layers(named name: String) throws(InputError) -> [Int] {
    let named = layers.indices.filter { listsInputs || !layers[$0].isInput }
    if let layer = named.first(where: { layers[$0].name == name }) { return [layer] }
    if let layer = named.first(where: { layers[$0].nodeNames.contains(name) }) { return [layer] }
    let module = named.filter { layer in
      ([layers[layer].name] + layers[layer].nodeNames).contains { $0.hasPrefix(name + ".") || $0.hasPrefix(name + "/") }
    }
    if !module.isEmpty { return module }
    if let layer = try absorbed(name, named) { return [layer] }
    let known = named.map { layers[$0].name }
    throw InputError(
      "network '\(self.name.printable)' has no layer '\(name.printable)'", suggestion: known.nearest(to: name))
  }

  /// The layer that computes what a node that passes took out of the network computed.
  private func absorbed(_ name: String, _ named: [Int]) throws(InputError) -> Int? {
    func layer(_ node: String) -> Int? {
      named.first { layers[$0].name == node || layers[$0].nodeNames.contains(node) }
    }
    do throws(AbsorbedName) {
      return try history.node(for: name) { layer($0) != nil }.flatMap(layer)
    } catch { throw InputError("network '\(self.name.printable)': \(error.description)") }
  }

  /// Bytes of all its inputs, as they are sent.
  public var inputBytes: Int { layers.filter(\.isInput).flatMap(\.outputs).reduce(0) { $0 + tensors[$1].bytes } }

  /// The same network with an input of another size in transit: an encoded picture instead of its tensor.
  ///
  /// Throws `InputError` unless the network has exactly one input.
  public func withInputBytes(_ bytes: Int) throws(InputError) -> CostGraph {
    let inputs = layers.filter(\.isInput).flatMap(\.outputs)
    guard inputs.count == 1 else {
      throw InputError(
        "network '\(name.printable)' has \(inputs.count) inputs, so that one number of input bytes is not enough")
    }
    let tensors = tensors.enumerated().map { index, tensor in
      index != inputs[0]
        ? tensor
        : Boundary(
          name: tensor.name, producer: tensor.producer, consumers: tensor.consumers, bytes: bytes,
          isResult: tensor.isResult)
    }
    var graph = CostGraph(name: name, layers: layers, tensors: tensors, listsInputs: listsInputs, history: history)
    graph.exits = exits
    return graph
  }
}
