import Foundation

/// Runs a network: kernels are prepared and memory is planned once, then `run` may be called any number of times.
///
/// Intermediate tensors share one arena. Values whose types depend on data are allocated as they come and let go after
/// they are read last. Results depend neither on the number of threads nor on `fuse`. One run at a time; another thread's
/// call waits.
public final class Executor: @unchecked Sendable {
  public let graph: Graph
  /// What `timeLayers` times, in the order of execution: `graph.layers(fused: fuse)`.
  public let layers: [LayerGroup]
  /// The size of the arena that intermediate tensors of known shape share.
  public let peakActivationBytes: Int

  private let context: ExecutionContext
  /// The context in which kernels are prepared.
  private let preparing: ExecutionContext
  private let steps: [ExecutionStep]
  private let types: [TensorType?]
  /// The operands of each step of known types.
  private let operands: [StepOperands?]
  /// By value index; those of unknown type come and go during a run.
  private var values: [ExecutionValue?]
  /// After which step each value of unknown type can be dropped, by step.
  private let droppedAfter: [[ValueID]]
  /// How many of the inputs, the last ones, are handed over by `loadCaptures`.
  private let captureCount: Int
  /// What the runs of the whole network share, one after the other.
  private let wholeRun: ExecutionRun
  private let lock = NSLock()

  private struct StepOperands {
    let inputs: [Tensor?]
    let outputs: [Tensor?]
    let residual: Tensor?
    /// Whether the output is the input under another shape, and there is nothing to do.
    let isView: Bool
  }

  /// More iterations of loops in one run than networks need, and few enough for an endless loop to end soon.
  public static let defaultIterationLimit = 10_000_000

  /// Packed weights take at most a twelfth more than the weights themselves, rounding to whole vectors aside.
  private static let weightsPerSpareByte = 12

  /// Prepares a network; throws `ShapeError` where it is not sound.
  ///
  /// A run in which all loops together make more than `iterationLimit` iterations ends with an error.
  public convenience init(
    _ graph: Graph, threads: Int = 1, fuse: Bool = true, iterationLimit: Int = defaultIterationLimit
  ) throws {
    guard threads > 0 else { throw ExecutionError("the number of threads must be positive") }
    let weights = graph.values.reduce(0) { $0 + ($1.type?.constant?.byteCount ?? 0) }
    let packed = PackedWeights(spare: weights / Self.weightsPerSpareByte)
    let context = ExecutionContext(threads: threads, kernels: .current, packed: packed)
    let settings = ExecutionSettings(context: context, fuse: fuse)
    try self.init(graph, captureCount: 0, settings: settings, isBody: false, iterationLimit: iterationLimit)
  }

  /// Prepares a sub-graph for `runBody`; what does not fit in it fails when it runs.
  convenience init(body graph: Graph, captureCount: Int, settings: ExecutionSettings) throws {
    try self.init(graph, captureCount: captureCount, settings: settings, isBody: true, iterationLimit: 0)
  }

  private init(
    _ graph: Graph, captureCount: Int, settings: ExecutionSettings, isBody: Bool, iterationLimit: Int
  ) throws {
    preparing = settings.context
    context = ExecutionContext(threads: preparing.threads, kernels: preparing.kernels)
    wholeRun = ExecutionRun(context, iterationLimit: iterationLimit)
    let schedule = try ExecutionSchedule(graph, settings: settings, isBody: isBody)
    let placement = try ValuePlacement(schedule, captureCount: captureCount)
    self.graph = graph
    self.captureCount = captureCount
    (layers, steps, types) = (schedule.layers, schedule.steps, schedule.types)
    peakActivationBytes = placement.arenaBytes
    let tensors = placement.tensors
    values = tensors.map { $0.map(ExecutionValue.tensor) }
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
    droppedAfter = Self.drops(steps, types, graph, captureCount: captureCount)
  }

  /// Computes the outputs; the tensors returned are the caller's.
  ///
  /// Throws `ExecutionError` where number, element types or shapes of the inputs are not those of the network, and where
  /// an operator meets a value that it cannot take.
  public func run(_ inputs: [Tensor]) throws -> [Tensor] { try run(inputs, recording: nil) }

  /// Computes the outputs into tensors of the caller's, which must have their types.
  ///
  /// Where all types are known before the network runs, this allocates no memory once it has run: intermediate tensors
  /// have their places, and what kernels need besides is kept from run to run.
  public func run(_ inputs: [Tensor], into outputs: [Tensor]) throws {
    lock.lock()
    defer { lock.unlock() }
    guard inputs.count == graph.inputs.count, outputs.count == graph.outputs.count else {
      throw ExecutionError(
        "the network takes \(graph.inputs.count) inputs and makes \(graph.outputs.count) outputs, not \(inputs.count) "
          + "and \(outputs.count)")
    }
    for (id, input) in zip(graph.inputs, inputs) where types[id.index]?.constant == nil {
      try load(.tensor(input), as: id)
    }
    wholeRun.restart()
    try runSteps(in: wholeRun) { _ in }
    for (id, output) in zip(graph.outputs, outputs) {
      guard let value = values[id.index] else { throw ExecutionError("output '\(graph[id].name)' is not made") }
      let made = try value.tensor("output '\(graph[id].name)'")
      guard made.elementType == output.elementType, made.shape == output.shape else {
        throw ExecutionError(
          "output '\(graph[id].name)' is \(made.elementType)\(made.shape), not \(output.elementType)\(output.shape)")
      }
      withExtendedLifetime(output) { copyElements(of: made, to: output) }
    }
  }

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
    try run(values: inputs.map(ExecutionValue.tensor), recording: recording).enumerated().map { index, value in
      try value.tensor("output '\(graph[graph.outputs[index]].name)'")
    }
  }

  /// Computes the outputs of a network that may take or return sequences and optionals.
  public func run(
    values inputs: [ExecutionValue], recording: ((_ layer: Int, _ nanoseconds: Int) -> Void)? = nil
  ) throws -> [ExecutionValue] {
    lock.lock()
    defer { lock.unlock() }
    try load(inputs, into: graph.inputs[...])
    var last = recording == nil ? 0 : DispatchTime.now().uptimeNanoseconds
    wholeRun.restart()
    try runSteps(in: wholeRun) { step in
      guard let recording else { return }
      let now = DispatchTime.now().uptimeNanoseconds
      recording(steps[step].layer, Int(now - last))
      last = now
    }
    return try results()
  }

  /// The types that all values have in a run on those inputs, by value index; a sequence counts as its bytes.
  public func observedTypes(_ inputs: [Tensor]) throws -> [TensorType?] {
    lock.lock()
    defer { lock.unlock() }
    try load(inputs.map(ExecutionValue.tensor), into: graph.inputs[...])
    var observed = types.map { $0?.open }
    for input in graph.inputs { observed[input.index] = values[input.index]?.type }
    // What a step leaves is looked at before the next can drop it.
    wholeRun.restart()
    try runSteps(in: wholeRun) { step in
      for case let output? in steps[step].outputs { observed[output.index] = values[output.index]?.sizeType }
    }
    return observed
  }

  // MARK: Sub-graphs

  /// Takes the captured values of a sub-graph for the runs that follow.
  func loadCaptures(_ captures: [ExecutionValue?]) throws {
    lock.lock()
    defer { lock.unlock() }
    try load(captures, into: graph.inputs.suffix(captureCount))
  }

  /// Lets go of captured values of unknown type.
  func dropCaptures() {
    lock.lock()
    defer { lock.unlock() }
    for input in graph.inputs.suffix(captureCount) where types[input.index] == nil { values[input.index] = nil }
  }

  /// Computes the outputs of a sub-graph from those of its inputs that are not captured.
  func runBody(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    lock.lock()
    defer { lock.unlock() }
    try load(inputs, into: graph.inputs.dropLast(captureCount))
    try runSteps(in: run) { _ in }
    return try results()
  }

  // MARK: Steps

  private func runSteps(in run: ExecutionRun, after: (_ step: Int) -> Void) throws {
    for (index, step) in steps.enumerated() {
      do {
        if let operands = operands[index] {
          if !operands.isView { try self.run(step, operands) }
        } else if let kernel = step.runTimeKernel {
          let results = try kernel.run(step.inputs.map { $0.flatMap { values[$0.index] } }, in: run)
          for (position, output) in step.outputs.enumerated() {
            guard let output else { continue }
            guard position < results.count else { throw ExecutionError("there is no output \(position)") }
            try store(results[position], as: output)
          }
        } else {
          try runUntyped(step)
        }
      } catch {
        throw ExecutionError("\(graph.nodes[step.node].name): \(error)")
      }
      after(index)
      for value in droppedAfter[index] { values[value.index] = nil }
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
    let node = graph.nodes[step.node]
    if node.operation is Identity, let input = step.inputs.first ?? nil, let output = step.outputs.first ?? nil,
      let value = values[input.index], value.type == nil
    {
      values[output.index] = value
      return
    }
    let inputs = try step.inputs.enumerated().map { index, input in
      try input.flatMap { values[$0.index] }?.tensor("input \(index)")
    }
    let made = try node.operation.outputs(for: inputs.knownTypes)
    // Where the shapes come out of the computation itself, it is done already.
    if made.count >= max(1, step.outputs.count), made.allSatisfy({ $0.constant != nil }) {
      for (output, type) in zip(step.outputs, made) {
        if let output, let constant = type.constant { try store(.tensor(constant), as: output) }
      }
      return
    }
    if let output = step.outputs.first ?? nil, made.count == 1, types[output.index] == nil,
      let view = try view(of: step, inputs.first ?? nil, as: made[0])
    {
      values[output.index] = .tensor(view)
      return
    }
    let outputs = try step.outputs.enumerated().map { index, output -> Tensor? in
      guard let output else { return nil }
      guard index < made.count else { throw ExecutionError("there is no output \(index)") }
      if let known = types[output.index] {
        guard known.hasShape(of: made[index]), case .tensor(let tensor)? = values[output.index] else {
          throw ExecutionError("output \(index) is \(made[index].elementType)\(made[index].shape)")
        }
        return tensor
      }
      let (bytes, overflow) = try checkedCount(made[index].shape)
        .multipliedReportingOverflow(by: made[index].elementType.byteCount)
      try MemoryLimit.check(overflow ? .max : bytes, for: "an output of '\(node.name)'")
      return Tensor(zeros: made[index].elementType, shape: made[index].shape)
    }
    if let kernel = try step.kernelsByShape?.kernel(of: node.operation, for: inputs, outputs: made, using: preparing) {
      try kernel.run(inputs, residual: nil, into: outputs, using: context)
    } else {
      try node.operation.execute(inputs, into: outputs, using: context)
    }
    for (output, tensor) in zip(step.outputs, outputs) {
      if let output { values[output.index] = tensor.map(ExecutionValue.tensor) }
    }
  }

  /// The input under another shape, where that is all that the step does and nobody will overwrite the input.
  private func view(of step: ExecutionStep, _ input: Tensor?, as type: TensorType) throws -> Tensor? {
    guard Swift.type(of: graph.nodes[step.node].operation).aliasing == .view, let input,
      let id = step.inputs.first ?? nil, types[id.index] == nil, input.elementType == type.elementType,
      try checkedCount(type.shape) == input.elementCount
    else { return nil }
    return input.reshaped(type.shape)
  }

  /// Keeps a value, which somebody else may hold too; one of known type has its place in the arena.
  private func store(_ value: ExecutionValue, as id: ValueID) throws {
    guard let type = types[id.index], case .tensor(let place)? = values[id.index] else {
      values[id.index] = value
      return
    }
    let tensor = try value.tensor("'\(graph[id].name)'")
    guard tensor.elementType == type.elementType, tensor.shape == type.shape else {
      throw ExecutionError(
        "'\(graph[id].name)' must be \(type.elementType)\(type.shape), not \(tensor.elementType)\(tensor.shape)")
    }
    withExtendedLifetime(tensor) { copyElements(of: tensor, to: place) }
  }

  private func results() throws -> [ExecutionValue] {
    try graph.outputs.map { output in
      guard let value = values[output.index] else {
        throw ExecutionError("output '\(graph[output].name)' is not made")
      }
      return value.copied()
    }
  }

  /// Checks the inputs and copies them to where the first readers expect them, as kernels may work in place.
  private func load(_ inputs: [ExecutionValue?], into ids: ArraySlice<ValueID>) throws {
    guard inputs.count == ids.count else {
      throw ExecutionError("the network takes \(ids.count) inputs, not \(inputs.count)")
    }
    for (id, input) in zip(ids, inputs) where types[id.index]?.constant == nil {
      guard let input else { throw ExecutionError("input '\(graph[id].name)' is missing") }
      try load(input, as: id)
    }
  }

  private func load(_ input: ExecutionValue, as id: ValueID) throws {
    do { try store(input, as: id) } catch let error as ExecutionError {
      throw ExecutionError("input \(error.description)")
    }
  }

  private static func drops(
    _ steps: [ExecutionStep], _ types: [TensorType?], _ graph: Graph, captureCount: Int
  ) -> [[ValueID]] {
    var last = [Int](repeating: -1, count: types.count)
    for (index, step) in steps.enumerated() {
      for value in step.reads + step.outputs.compactMap({ $0 }) { last[value.index] = index }
    }
    for kept in graph.outputs + graph.inputs.suffix(captureCount) { last[kept.index] = -1 }
    var drops = [[ValueID]](repeating: [], count: steps.count)
    for index in types.indices where types[index] == nil && last[index] >= 0 {
      drops[last[index]].append(ValueID(index))
    }
    return drops
  }
}
