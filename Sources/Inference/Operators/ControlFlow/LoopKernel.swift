/// Runs the iterations of a Loop.
struct LoopKernel: RunTimeKernel {
  let body: SubgraphBody
  /// The body as the node holds it, which tells the types of stacks of no elements.
  let graph: Graph
  let carriedCount: Int
  let counterShape: [Int]
  let conditionShape: [Int]

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    let bound = try inputs.tensor(0, "M").map(Self.tripCount) ?? .max
    var goesOn = try inputs.condition(1, "cond") ?? true
    var carried = try inputs[2..<2 + carriedCount].map { value -> ExecutionValue in
      guard let value else { throw ExecutionError("an initial value of the loop is missing") }
      return value
    }
    var stacks = [TensorStack](repeating: TensorStack(), count: graph.outputs.count - 1 - carriedCount)
    try body.enter(inputs)
    defer { body.leave() }
    var iteration = 0
    while goesOn, iteration < bound {
      try run.countIteration()
      let results = try body.run([.tensor(counter(iteration)), .tensor(condition(goesOn))] + carried, in: run)
      goesOn = try results[0].tensor("the loop's condition").condition("the loop's condition")
      carried = Array(results[1..<1 + carriedCount])
      for index in stacks.indices {
        try stacks[index].append(results[1 + carriedCount + index].tensor("output \(carriedCount + index) of the loop"))
      }
      iteration += 1
    }
    let empty = stacks.isEmpty || iteration > 0 ? [] : try emptyTypes(inputs)
    return carried
      + (try stacks.enumerated().map { index, stack in
        .tensor(iteration > 0 ? try stack.joined() : Tensor(zeros: empty[index].elementType, shape: empty[index].shape))
      })
  }

  private static func tripCount(_ tensor: Tensor) throws -> Int {
    guard tensor.elementCount == 1, let value = tensor.integers()?.first else {
      throw ExecutionError("the trip count must be one int64, not \(tensor.elementType)\(tensor.shape)")
    }
    return value
  }

  private func counter(_ iteration: Int) -> Tensor {
    Tensor(.int64, shape: counterShape, elements: [Int64(iteration)])
  }

  private func condition(_ value: Bool) -> Tensor {
    Tensor(.bool, shape: conditionShape, elements: [UInt8(value ? 1 : 0)])
  }

  /// The types of the stacks of a loop without iterations: what the body would make of the inputs, or what it declares,
  /// with open sizes as 0.
  private func emptyTypes(_ inputs: [ExecutionValue?]) throws -> [TensorType] {
    let formal = inputs.map { $0?.type }
    let types = [TensorType(.int64, counterShape), TensorType(.bool, conditionShape)] + formal.dropFirst(2)
    let made = graph.specialised(for: types).resultTypes
    return try (1 + carriedCount..<graph.outputs.count).map { index in
      if let type = made[index] { return TensorType(type.elementType, [0] + type.shape) }
      guard let declared = graph[graph.outputs[index]].declared, let elementType = declared.elementType else {
        throw ExecutionError("the loop runs no iteration, and the type of its output \(index - 1) is not known")
      }
      return TensorType(elementType, [0] + (declared.dimensions ?? []).map { $0 ?? 0 })
    }
  }
}

/// Tensors of one type that are gathered along a new first axis.
struct TensorStack {
  private var pieces: [Tensor] = []
  private var byteCount = 0

  /// Throws `ExecutionError` where the type is another than before, or memory would not hold the whole twice.
  mutating func append(_ tensor: Tensor) throws {
    if let first = pieces.first, first.elementType != tensor.elementType || first.shape != tensor.shape {
      throw ExecutionError(
        "iterations give \(first.elementType)\(first.shape) and \(tensor.elementType)\(tensor.shape), which cannot be "
          + "stacked")
    }
    byteCount += tensor.byteCount
    try MemoryLimit.check(
      byteCount.multipliedReportingOverflow(by: 2).partialValue, for: "the stacked output of a loop")
    pieces.append(tensor)
  }

  /// The pieces, at least one, as one tensor [pieces, ...].
  func joined() throws -> Tensor {
    guard let first = pieces.first else { throw ExecutionError("there is nothing to stack") }
    let result = Tensor(zeros: first.elementType, shape: [pieces.count] + first.shape)
    for (index, piece) in pieces.enumerated() {
      withExtendedLifetime(piece.storage) {
        (result.bytes + index * first.byteCount).copyMemory(from: piece.bytes, byteCount: first.byteCount)
      }
    }
    return result
  }
}
