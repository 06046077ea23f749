/// Where the values of a network live while it runs.
struct ValuePlacement {
  /// The tensor of each value whose type is known, by value index; it stays the same from run to run.
  private(set) var tensors: [Tensor?]
  /// The size of the arena that the intermediate tensors share.
  let arenaBytes: Int

  /// A value is its own buffer, or shares the one of another.
  private enum Place {
    case none, constant(Tensor), buffer(Int)
  }

  /// The last `captureCount` inputs keep their place for the whole run.
  ///
  /// Throws `ExecutionError` where the tensors do not fit into this machine's memory.
  init(_ schedule: ExecutionSchedule, captureCount: Int = 0) throws {
    let (graph, steps, types) = (schedule.graph, schedule.steps, schedule.types)
    for (value, type) in zip(graph.values, types) {
      if let type { try MemoryLimit.check(type.byteCount, for: "'\(value.name)'") }
    }
    var lastRead = [Int](repeating: -1, count: graph.values.count)
    for (index, step) in steps.enumerated() { for value in step.reads { lastRead[value.index] = index } }
    for input in graph.inputs.suffix(captureCount) { lastRead[input.index] = steps.count }
    for output in graph.outputs { lastRead[output.index] = steps.count }

    var places = types.map { $0?.constant.map(Place.constant) ?? .none }
    var buffers: [MemoryPlan.Buffer] = []
    func newBuffer(for value: ValueID, at step: Int) -> Place {
      buffers.append(
        MemoryPlan.Buffer(
          byteCount: types[value.index]?.byteCount ?? 0, firstStep: step, lastStep: max(step, lastRead[value.index])))
      return .buffer(buffers.count - 1)
    }

    for input in graph.inputs {
      guard let type = types[input.index], type.constant == nil else { continue }
      places[input.index] = newBuffer(for: input, at: -1)
    }
    for (index, step) in steps.enumerated() {
      for (position, output) in step.outputs.enumerated() {
        guard let output, types[output.index] != nil else { continue }
        if position == 0, step.isStatic, let shared = Self.sharedInput(step, output, index, schedule, places, buffers) {
          places[output.index] = places[shared.index]
          if case .buffer(let buffer) = places[shared.index] {
            buffers[buffer].lastStep = max(buffers[buffer].lastStep, lastRead[output.index], index)
          }
        } else {
          places[output.index] = newBuffer(for: output, at: index)
        }
      }
    }

    let plan = MemoryPlan(buffers)
    try MemoryLimit.check(plan.byteCount, for: "the network's intermediate tensors")
    let arena = TensorStorage(byteCount: plan.byteCount)
    arenaBytes = plan.byteCount
    tensors = places.indices.map { index in
      guard let type = types[index] else { return nil }
      switch places[index] {
      case .none: return nil
      case .constant(let constant): return constant.reshaped(type.shape)
      case .buffer(let buffer):
        return Tensor(type.elementType, shape: type.shape, storage: arena, byteOffset: plan.offsets[buffer])
      }
    }
  }

  /// The input whose memory a step's first output takes over, if any.
  private static func sharedInput(
    _ step: ExecutionStep, _ output: ValueID, _ index: Int, _ schedule: ExecutionSchedule, _ places: [Place],
    _ buffers: [MemoryPlan.Buffer]
  ) -> ValueID? {
    guard step.kernel == nil || step.kernel is any InPlaceKernel, let type = schedule.types[output.index] else {
      return nil
    }
    switch Swift.type(of: schedule.graph.nodes[step.node].operation).aliasing {
    case .none: return nil
    case .view:
      guard let input = step.inputs.first ?? nil else { return nil }
      if case .none = places[input.index] { return nil }
      return input
    case .inPlace:
      return step.inputs.lazy.compactMap { $0 }.first { input in
        guard let given = schedule.types[input.index], given.elementType == type.elementType, given.shape == type.shape,
          case .buffer(let buffer) = places[input.index]
        else { return false }
        return buffers[buffer].lastStep == index
      }
    }
  }
}
