/// One kernel call of an executor.
struct ExecutionStep: Sendable {
  /// The layer it belongs to, as an index into the executor's layers.
  let layer: Int
  /// The node that is executed: of fused ones the main node.
  let node: Int
  let inputs: [ValueID?]
  let outputs: [ValueID?]
  /// The value that a fused addition adds.
  let residual: ValueID?
  /// `nil` where the operator's `execute` serves.
  let kernel: (any PreparedKernel)?
  /// What runs sub-graphs or handles sequences, instead of the operator's `execute`.
  let runTimeKernel: (any RunTimeKernel)?
  /// Whether the types of all inputs and outputs are known before the network runs, and memory can be laid out.
  let isStatic: Bool
  /// The kernels made so far where shapes are known only at run time; `nil` where there is nothing to prepare.
  let kernelsByShape: KernelsByShape?

  /// Everything that the step reads.
  var reads: [ValueID] { (inputs + [residual]).compactMap { $0 } }
}

/// The kernel calls of a network, in order, and what is known of its values once constants are folded.
struct ExecutionSchedule {
  let graph: Graph
  let layers: [LayerGroup]
  /// By value index.
  private(set) var types: [TensorType?]
  private(set) var steps: [ExecutionStep] = []
  private let settings: ExecutionSettings
  private let isBody: Bool

  /// Prepares all kernels; throws `ShapeError` naming the node that does not fit.
  ///
  /// With `isBody`, what does not fit fails when it runs.
  init(_ graph: Graph, settings: ExecutionSettings, isBody: Bool = false) throws {
    try graph.checkOrder()
    self.graph = graph
    self.settings = settings
    self.isBody = isBody
    let context = settings.context
    layers = graph.layers(fused: settings.fuse)
    types = graph.values.map(\.type)
    try inferTypes()
    for (index, layer) in layers.enumerated() {
      if layer.nodes.count > 1, let step = try fusedStep(layer, index, context) {
        steps.append(step)
      } else {
        for node in layer.nodes where !isKnown(node) {
          try steps.append(naming(node) { try step(node, index, context) })
        }
      }
    }
  }

  /// Whether the node's results are constants.
  private func isKnown(_ node: Int) -> Bool {
    graph.nodes[node].outputs.allSatisfy { $0.map { types[$0.index]?.constant != nil } ?? true }
  }

  func inputTypes(_ node: Graph.Node) -> [TensorType?] { node.inputs.map { $0.flatMap { types[$0.index] } } }

  /// Infers what the builder left open, and computes what depends on constants alone unless that would need memory out
  /// of proportion to what it is computed from.
  private mutating func inferTypes() throws {
    for (index, node) in graph.nodes.enumerated() where !isKnown(index) {
      let inputs = inputTypes(node)
      var outputs = node.outputs.map { $0.flatMap { types[$0.index] } }
      if zip(node.outputs, outputs).contains(where: { $0 != nil && $1 == nil }) {
        var inferred: [TensorType?] = []
        do {
          inferred = try naming(index) {
            try TypeInference.outputs(of: node.operation, inputs: inputs, isPresent: node.inputs.map { $0 != nil })
          }
        } catch  where isBody {}
        outputs = node.outputs.indices.map { $0 < inferred.count ? inferred[$0] : nil }
      }
      let given = inputs.reduce(0) { $0 + ($1?.byteCount ?? 0) }
      let made = outputs.compactMap { $0 }
      if made.count == outputs.count, made.reduce(0, { $0 + $1.byteCount }) <= max(1 << 20, 2 * given),
        let values = TypeInference.values(of: node.operation, inputs: inputs, outputs: made, limit: .max)
      {
        outputs = values
      }
      for (output, type) in zip(node.outputs, outputs) { if let output { types[output.index] = type } }
    }
  }

  private func step(_ node: Int, _ layer: Int, _ context: ExecutionContext) throws -> ExecutionStep {
    let (source, inputs) = (graph.nodes[node], inputTypes(graph.nodes[node]))
    if let operation = source.operation as? any RunTimeOperator {
      return ExecutionStep(
        layer: layer, node: node, inputs: source.inputs, outputs: source.outputs, residual: nil, kernel: nil,
        runTimeKernel: try operation.runTimeKernel(for: inputs, settings: settings), isStatic: false,
        kernelsByShape: nil)
    }
    let outputs = source.outputs.map { $0.flatMap { types[$0.index] } }
    let isStatic =
      zip(source.inputs, inputs).allSatisfy { $0 == nil || $1 != nil }
      && zip(source.outputs, outputs).allSatisfy { $0 == nil || $1 != nil }
    let kernel =
      isStatic
      ? try source.operation.prepare(for: inputs, outputs: outputs, epilogue: Epilogue(), using: context) : nil
    return ExecutionStep(
      layer: layer, node: node, inputs: source.inputs, outputs: source.outputs, residual: nil, kernel: kernel,
      runTimeKernel: nil, isStatic: isStatic, kernelsByShape: isStatic ? nil : KernelsByShape(constants: inputs))
  }

  /// The layer as one kernel call, or `nil` where the main operator cannot take all of the rest in.
  private func fusedStep(_ layer: LayerGroup, _ index: Int, _ context: ExecutionContext) throws -> ExecutionStep? {
    guard let fused = FusedLayer(layer, in: self), let last = layer.nodes.last else { return nil }
    let (main, output) = (graph.nodes[layer.nodes[0]], graph.nodes[last].outputs[0])
    let inputs = inputTypes(main)
    guard let output, let type = types[output.index], zip(main.inputs, inputs).allSatisfy({ $0 == nil || $1 != nil })
    else { return nil }
    let kernel = try naming(layer.nodes[0]) {
      try main.operation.prepare(for: inputs, outputs: [type], epilogue: fused.epilogue, using: context)
    }
    guard let kernel else { return nil }
    return ExecutionStep(
      layer: index, node: layer.nodes[0], inputs: main.inputs, outputs: [output], residual: fused.residual,
      kernel: kernel, runTimeKernel: nil, isStatic: true, kernelsByShape: nil)
  }

  private func naming<Result>(_ node: Int, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as ShapeError {
      throw ShapeError("\(graph.nodes[node].name): \(error.description)", needsValue: error.needsValue)
    }
  }
}
