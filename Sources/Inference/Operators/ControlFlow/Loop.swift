/// Runs a sub-graph again and again: a for loop, a while loop or both.
///
/// M: int64, one element, the most iterations (none given: no bound). cond: bool, one element (none given: true). Then N
/// values that iterations hand on. The body takes the iteration's number, the condition and those N; it returns the
/// next condition, N values, and K more that are stacked along a new first axis, one for each iteration. Outputs: the N
/// last values and K stacks. MACs: the body's times M where M is constant, else the body's once.
/// Source: ONNX Loop, opset 1 on.
struct Loop: ControlFlowOperator {
  static let onnxName = "Loop"
  static let leastInputs = 2
  let captureCount: Int
  var subgraphs: [String: Graph]
  /// How many values iterations hand on.
  private let carriedCount: Int

  init(from attributes: inout AttributeReader) throws {
    captureCount = attributes.captureCount
    carriedCount = max(0, attributes.inputCount - 2)
    let outputs = max(1 + carriedCount, 1 + attributes.outputCount)
    subgraphs = [
      "body": try attributes.subgraph("body", inputs: 2 + carriedCount, outputs: outputs...Int.max)
    ]
  }

  private var body: Graph {
    guard let body = subgraphs["body"] else { preconditionFailure("Loop without a body") }
    return body
  }

  func outputTypes(for inputs: [TensorType?], isPresent: [Bool]) throws -> [TensorType?] {
    try check(inputs)
    let carried = carriedTypes(inputs)
    let trips = tripCount(inputs, hasCondition: isPresent[1], carried.body)
    let stacks = carried.body.resultTypes[(1 + carriedCount)...].map { type -> TensorType? in
      guard let type, let trips else { return nil }
      let shape = [trips] + type.shape
      return (try? checkedCount(shape)).map { _ in TensorType(type.elementType, shape) }
    }
    return carried.types + stacks
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    let trips = constantBound(inputs) ?? 1
    return Extent.saturatingProduct(carriedTypes(inputs).costed.macs, max(0, trips))
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { carriedTypes(inputs).costed.dominantCostClass }

  func runTimeKernel(for inputs: [TensorType?], settings: ExecutionSettings) throws -> any RunTimeKernel {
    try check(inputs)
    return LoopKernel(
      body: try SubgraphBody(carriedTypes(inputs).body, captureCount: captureCount, settings: settings), graph: body,
      carriedCount: carriedCount, counterShape: scalarShape(0), conditionShape: scalarShape(1))
  }

  /// Bodies may take the iteration's number and the condition as a vector of one element.
  private func scalarShape(_ input: Int) -> [Int] {
    body[body.inputs[input]].declared?.dimensions?.count == 1 ? [1] : []
  }

  private func check(_ inputs: [TensorType?]) throws {
    if let bound = inputs.optional(0), bound.elementType != .int64 || bound.elementCount != 1 {
      throw ShapeError("the trip count must be one int64, not \(bound.elementType)\(bound.shape)")
    }
    if let condition = inputs.optional(1), condition.elementType != .bool || condition.elementCount != 1 {
      throw ShapeError("the condition must be one bool, not \(condition.elementType)\(condition.shape)")
    }
  }

  private func carriedTypes(_ inputs: [TensorType?]) -> CarriedTypes {
    let initial = (2..<2 + carriedCount).map { inputs.optional($0) }
    return CarriedTypes(initial, body: body, results: 1..<1 + carriedCount) { carried in
      [TensorType(.int64, scalarShape(0)), TensorType(.bool, scalarShape(1))] + carried
        + inputs.suffix(captureCount)
    }
  }

  private func constantBound(_ inputs: [TensorType?]) -> Int? { inputs.optional(0)?.constant?.integers()?.first }

  /// Whether sizes change from one iteration to the next.
  func changesSizes(_ inputs: [TensorType?]) -> Bool { carriedTypes(inputs).types.contains { $0 == nil } }

  /// Whether no constant bounds the iterations.
  func isOpen(_ inputs: [TensorType?]) -> Bool { constantBound(inputs) == nil }

  /// The number of iterations where it is certain: a constant bound, and a condition that never becomes false.
  private func tripCount(_ inputs: [TensorType?], hasCondition: Bool, _ body: Graph) -> Int? {
    guard let bound = constantBound(inputs) else { return nil }
    if hasCondition {
      guard let start = inputs.optional(1)?.constant?.integers()?.first else { return nil }
      if start == 0 { return 0 }
    }
    var result = body.outputs[0]
    let producers = body.producers()
    while let producer = producers[result.index], body.nodes[producer].operatorName == "Identity",
      let source = body.nodes[producer].inputs.first ?? nil
    {
      result = source
    }
    let isKept = result == body.inputs[1] || body[result].type?.constant?.integers()?.first.map { $0 != 0 } ?? false
    return isKept ? max(0, bound) : nil
  }
}
