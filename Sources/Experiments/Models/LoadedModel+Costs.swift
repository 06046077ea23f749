import Inference
import Partitioning
import Results
import Scenarios
import StrictJSON

extension LoadedModel {
  /// The network as planners see it, with an input of `inputBytes` in transit (by default its tensor or table row).
  public func costGraph(fused: Bool = true, inputBytes: Int? = nil) throws(InputError) -> CostGraph {
    switch content {
    case .graph(let graph): try CostGraph(graph, fused: fused && fuses, inputBytes: inputBytes)
    case .table(let table): if let inputBytes { try table.graph.withInputBytes(inputBytes) } else { table.graph }
    }
  }

  /// The bytes of the input in an encoding; `nil` leaves it to the tensor or the cost table.
  func inputBytes(of workload: Scenario.Workload) throws(InputError) -> Int? {
    if let bytes = workload.inputBytes { return bytes }
    guard workload.encoding == .rawU8, let graph else { return nil }
    guard graph.inputs.count == 1, let type = graph[graph.inputs[0]].type else {
      throw InputError(
        "'\(name.printable)' has \(graph.inputs.count) inputs: 'raw_u8' stands for one; leave the encoding out",
        at: workload.model.position)
    }
    return type.elementCount
  }

  /// What encoding and decoding the input take: by messages, pixels and bytes as it is sent.
  func codec(of workload: Scenario.Workload, bytes: Int) throws(InputError) -> InputCodec {
    let codec = workload.codec
    var pixels = codec.pixels
    if pixels == nil, let graph, graph.inputs.count == 1, let shape = graph.costType(of: graph.inputs[0])?.shape,
      shape.count == 4
    {
      pixels = shape[2].multipliedReportingOverflow(by: shape[3]).partialValue
    }
    guard let pixels = pixels ?? (codec.needsPixels ? nil : 0) else {
      throw InputError(
        "'\(name.printable)' has no picture [N, C, H, W] as its input: 'input' needs its 'pixels'",
        at: workload.model.position)
    }
    return InputCodec(
      encodeNanoseconds: codec.encode.nanoseconds(pixels: pixels, bytes: bytes),
      decodeNanoseconds: codec.decode.nanoseconds(pixels: pixels, bytes: bytes))
  }

  /// The network as the results file describes it; its layers are those that placements index.
  func description(of network: CostGraph) -> ModelDescription {
    guard let graph else {
      return ModelDescription(
        name: name, origin: origin.rawValue, macs: 0, parameters: 0,
        layers: network.layers.map { layer in
          ModelDescription.Layer(
            name: layer.name, operatorName: layer.isInput ? "input" : "table",
            outputBytes: layer.outputs.reduce(0) { $0 + network.tensors[$1].bytes })
        })
    }
    let groups = graph.layers(fused: network.isFused(graph))
    let inputs = graph.inputs.map { id in
      ModelDescription.Layer(
        name: graph[id].name, operatorName: "input", outputBytes: graph.costType(of: id)?.byteCount ?? 0,
        outputShape: graph.costType(of: id)?.shape ?? [])
    }
    let layers = groups.map { group in
      ModelDescription.Layer(
        name: group.name, operatorName: group.nodes.map { graph.nodes[$0].operatorName }.joined(separator: "+"),
        macs: group.macs, parameters: group.parameters, outputBytes: group.outputBytes,
        outputShape: group.outputs.first.flatMap { graph.costType(of: $0)?.shape } ?? [])
    }
    return ModelDescription(
      name: name, origin: origin.rawValue, macs: graph.macs, parameters: graph.parameterCount, layers: inputs + layers)
  }
}

extension CostGraph {
  /// Whether the layers are fused groups: then there are fewer of them than nodes.
  func isFused(_ graph: Graph) -> Bool { layers.count - graph.inputs.count != graph.nodes.count }
}
