import Foundation

/// Runs a network: kernels are prepared and memory is planned once, then `run` may be called any number of times.
///
/// Intermediate tensors share one arena. Tensors whose shapes depend on data are allocated as they come. Results depend
/// neither on the number of threads nor on `fuse`. One run at a time; another thread's call waits.
public final class Executor: @unchecked Sendable {
  public let graph: Graph
  /// What `timeLayers` times, in the order of execution: `graph.layers(fused: fuse)`.
  public let layers: [LayerGroup]
  /// The size of the arena that intermediate tensors of known shape share.
  public let peakActivationBytes: Int

  private let context: ExecutionContext
  private let steps: [ExecutionStep]
  private let types: [TensorType?]
  /// The operands of each step of known types.
  private let operands: [StepOperands?]
  /// By value index; those of unknown type come and go during a run.
  private var tensors: [Tensor?]
  /// After which step each value of unknown type can be dropped, by step.
  private let droppedAfter: [[ValueID]]
  private let lock = NSLock()

  private struct StepOperands {
    let inputs: [Tensor?]
    let outputs: [Tensor?]
    let residual: Tensor?
    /// Whether the output is the input under another shape, and there is nothing to do.
    let isView: Bool
  }

  /// Prepares a network; throws `ShapeError` where it is not sound.
  public init(_ graph: Graph, threads: Int = 1, fuse: Bool = true) throws {
    guard threads > 0 else { throw ExecutionError("the number of threads must be positive") }
    context = ExecutionContext(threads: threads)
    let schedule = try ExecutionSchedule(graph, fuse: fuse, context: context)
    let placement = try ValuePlacement(schedule)
    self.graph = graph
    (layers, steps, types) = (schedule.layers, schedule.steps, schedule.types)
    peakActivationBytes = placement.arenaBytes
    let tensors = placement.tensors
    self.tensors = tensors
    operands = steps.map { step in
      guard step.isStatic else { return nil }
      let inputs = step.inputs.map { $0.flatMap { tensors[$0.index] } }
      let outputs = step.outputs.map { $0.flatMap { tensors[$0.index] } }
      let first = (inputs.first ?? nil, outputs.first ?? nil)
      let isView =
        Swift.type(of: graph.nodes[step.node].operation).aliasing == .view && step.kernel == nil
        && first.0?.bytes == first.1?.bytes && outputs.dropFirst().allSatisfy { $0 == nil }
      return StepOperands(
        inputs: inputs, outputs: outputs, residual: step.residual.flatMap { tensors[$0.index] }, isView: isView)
    }
    droppedAfter = Self.drops(steps, types, graph)
  }

  /// Computes the outputs; the tensors returned are the caller's.
  ///
  /// Throws `ExecutionError` where number, element types or shapes of the inputs are not those of the network, and where
  /// an operator meets a value that it cannot take.
  public func run(_ inputs: [Tensor]) throws -> [Tensor] { try run(inputs, recording: nil) }

  /// The median time of each layer over a number of runs, in nanoseconds, in the order of `layers`.
  public func timeLayers(_ inputs: [Tensor], runs: Int = 5) throws -> [Int] {
    var times = [[Int]](repeating: [], count: layers.count)
    for _ in 0..<max(1, runs) {
      var run = [Int](repeating: 0, count: layers.count)
      _ = try self.run(inputs) { run[$0] += $1 }
      for layer in layers.indices { times[layer].append(run[layer]) }
    }
    return times.map { $0.sorted()[$0.count / 2] }
  }

  /// Computes the outputs and reports the nanoseconds of each kernel call with the index of its layer.
  public func run(_ inputs: [Tensor], recording: ((_ layer: Int, _ nanoseconds: Int) -> Void)?) throws -> [Tensor] {
    lock.lock()
    defer { lock.unlock() }
    try load(inputs)
    var last = recording == nil ? 0 : DispatchTime.now().uptimeNanoseconds
    for (index, step) in steps.enumerated() {
      do {
        if let operands = operands[index] {
          if !operands.isView { try run(step, operands) }
        } else {
          try runUntyped(step)
        }
      } catch {
        throw ExecutionError("\(graph.nodes[step.node].name): \(error)")
      }
      for value in droppedAfter[index] { tensors[value.index] = nil }
      if let recording {
        let now = DispatchTime.now().uptimeNanoseconds
        recording(step.layer, Int(now - last))
        last = now
      }
    }
    return try graph.outputs.map { output in
      guard let tensor = tensors[output.index] else {
        throw ExecutionError("output '\(graph[output].name)' is not made")
      }
      let copy = Tensor(zeros: tensor.elementType, shape: tensor.shape)
      copyElements(of: tensor, to: copy)
      return copy
    }
  }

  private func run(_ step: ExecutionStep, _ operands: StepOperands) throws {
    if let kernel = step.kernel {
      try kernel.run(operands.inputs, residual: operands.residual, into: operands.outputs, using: context)
    } else {
      try graph.nodes[step.node].operation.execute(operands.inputs, into: operands.outputs, using: context)
    }
  }

  /// Infers the types from the values at hand, then allocates and computes.
  private func runUntyped(_ step: ExecutionStep) throws {
    let operation = graph.nodes[step.node].operation
    let inputs = step.inputs.map { $0.flatMap { tensors[$0.index] } }
    let types = try operation.outputs(for: inputs.knownTypes)
    // Where the shapes come out of the computation itself, it is done already.
    if types.count >= max(1, step.outputs.count), types.allSatisfy({ $0.constant != nil }) {
      for (output, type) in zip(step.outputs, types) { if let output { tensors[output.index] = type.constant } }
      return
    }
    let outputs = try step.outputs.enumerated().map { index, output -> Tensor? in
      guard output != nil else { return nil }
      guard index < types.count else { throw ExecutionError("there is no output \(index)") }
      try MemoryLimit.check(
        try checkedCount(types[index].shape) * types[index].elementType.byteCount,
        for: "an output of '\(graph.nodes[step.node].name)'")
      return Tensor(zeros: types[index].elementType, shape: types[index].shape)
    }
    try operation.execute(inputs, into: outputs, using: context)
    for (output, tensor) in zip(step.outputs, outputs) { if let output { tensors[output.index] = tensor } }
  }

  /// Checks the inputs and copies them to where the first readers expect them, as kernels may work in place.
  private func load(_ inputs: [Tensor]) throws {
    guard inputs.count == graph.inputs.count else {
      throw ExecutionError("the network takes \(graph.inputs.count) inputs, not \(inputs.count)")
    }
    for (id, tensor) in zip(graph.inputs, inputs) {
      guard let type = types[id.index] else {
        tensors[id.index] = tensor
        continue
      }
      guard tensor.elementType == type.elementType, tensor.shape == type.shape else {
        throw ExecutionError(
          "input '\(graph[id].name)' must be \(type.elementType)\(type.shape), not \(tensor.elementType)\(tensor.shape)"
        )
      }
      if let place = tensors[id.index] { withExtendedLifetime(tensor) { copyElements(of: tensor, to: place) } }
    }
  }

  private static func drops(_ steps: [ExecutionStep], _ types: [TensorType?], _ graph: Graph) -> [[ValueID]] {
    var last = [Int](repeating: -1, count: types.count)
    for (index, step) in steps.enumerated() {
      for value in step.reads + step.outputs.compactMap({ $0 }) { last[value.index] = index }
    }
    for output in graph.outputs { last[output.index] = -1 }
    var drops = [[ValueID]](repeating: [], count: steps.count)
    for index in types.indices where types[index] == nil && last[index] >= 0 {
      drops[last[index]].append(ValueID(index))
    }
    return drops
  }
}
