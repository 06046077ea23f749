import Inference
import StrictJSON

extension CostGraph {
  /// A real network: an input layer per input of the graph, then its layers, fused or node by node.
  ///
  /// `inputBytes` is the size of the input in transit; by default that of the tensor. Throws `InputError` where a shape
  /// is known only at run time and none is assumed, or where `inputBytes` is given for several inputs.
  public init(_ graph: Graph, fused: Bool = true, inputBytes: Int? = nil) throws(InputError) {
    let groups = graph.layers(fused: fused)
    var tensorOfValue = [Int](repeating: -1, count: graph.values.count)
    var made: [(value: ValueID, producer: Int)] = []
    for (layer, input) in graph.inputs.enumerated() { made.append((input, layer)) }
    for (index, group) in groups.enumerated() {
      for output in group.outputs { made.append((output, graph.inputs.count + index)) }
    }
    for (tensor, entry) in made.enumerated() { tensorOfValue[entry.value.index] = tensor }

    var consumers = [[Int]](repeating: [], count: made.count)
    var outputs = [[Int]](repeating: [], count: graph.inputs.count + groups.count)
    for (tensor, entry) in made.enumerated() { outputs[entry.producer].append(tensor) }
    var layers = graph.inputs.enumerated().map { layer, input in
      Layer(name: graph[input].name, inputs: [], outputs: outputs[layer], isInput: true)
    }
    let parts = graph.parts(of: groups)
    for (group, parts) in zip(groups, parts) {
      let inputs = group.inputs.map { tensorOfValue[$0.index] }.filter { $0 >= 0 }.sorted()
      for input in inputs { consumers[input].append(layers.count) }
      layers.append(
        Layer(
          name: group.name, nodeNames: group.nodes.map { graph.nodes[$0].name }, inputs: inputs,
          outputs: outputs[layers.count],
          work: Work(group), parts: Self.parts(parts, of: group, tensorOfValue, in: graph)))
    }
    let results = Set(graph.outputs)
    var unknown: [String] = []
    let tensors = made.enumerated().map { tensor, entry in
      let type = graph.costType(of: entry.value)
      if type == nil { unknown.append(graph[entry.value].name) }
      return Boundary(
        name: graph[entry.value].name, producer: entry.producer, consumers: consumers[tensor],
        bytes: type?.byteCount ?? 0, isResult: results.contains(entry.value))
    }
    if let first = unknown.first {
      throw InputError(
        "network '\(graph.name.printable)': the shape of '\(first.printable)' is known only at run time, so that its "
          + "size is not known beforehand")
    }
    let network = CostGraph(
      name: graph.name, layers: layers, tensors: tensors, listsInputs: false, history: graph.history)
    if let inputBytes { self = try network.withInputBytes(inputBytes) } else { self = network }
  }
}
