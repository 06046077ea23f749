/// Runs one of two sub-graphs.
///
/// cond: bool, one element; the outputs are those of `then_branch` or `else_branch`, which may differ in type and shape.
/// MACs: those of the larger branch. Source: ONNX If, opset 1 on.
struct If: ControlFlowOperator {
  static let onnxName = "If"
  static let leastInputs = 1
  let captureCount: Int
  var subgraphs: [String: Graph]

  init(from attributes: inout AttributeReader) throws {
    captureCount = attributes.captureCount
    let outputs = attributes.outputCount...Int.max
    subgraphs = [
      "then_branch": try attributes.subgraph("then_branch", inputs: 0, outputs: outputs),
      "else_branch": try attributes.subgraph("else_branch", inputs: 0, outputs: outputs),
    ]
    guard attributes.inputCount == 1 else { throw ShapeError("\(attributes.inputCount) inputs instead of 1") }
  }

  func outputTypes(for inputs: [TensorType?], isPresent: [Bool]) throws -> [TensorType?] {
    if let value = try constantCondition(inputs) { return branch(value, for: inputs).resultTypes.map { $0?.open } }
    return zip(branch(true, for: inputs).resultTypes, branch(false, for: inputs).resultTypes).map { left, right in
      guard let left, let right, left.hasShape(of: right) else { return nil }
      return left.open
    }
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    max(branch(true, for: inputs).macs, branch(false, for: inputs).macs)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass {
    let branches = [branch(true, for: inputs), branch(false, for: inputs)]
    return (branches[0].macs >= branches[1].macs ? branches[0] : branches[1]).dominantCostClass
  }

  func runTimeKernel(for inputs: [TensorType?], settings: ExecutionSettings) throws -> any RunTimeKernel {
    let known = try constantCondition(inputs)
    func body(_ value: Bool) throws -> SubgraphBody? {
      if let known, known != value { return nil }
      return try SubgraphBody(branch(value, for: inputs), captureCount: captureCount, settings: settings)
    }
    return Kernel(thenBranch: try body(true), elseBranch: try body(false))
  }

  private func branch(_ condition: Bool, for inputs: [TensorType?]) -> Graph {
    let name = condition ? "then_branch" : "else_branch"
    guard let graph = subgraphs[name] else { preconditionFailure("If without \(name)") }
    return graph.specialised(for: inputs.suffix(captureCount))
  }

  private func constantCondition(_ inputs: [TensorType?]) throws -> Bool? {
    guard let type = inputs.optional(0) else { return nil }
    guard type.elementType == .bool, type.elementCount == 1 else {
      throw ShapeError("the condition must be one bool, not \(type.elementType)\(type.shape)")
    }
    return type.constant?.integers()?.first.map { $0 != 0 }
  }

  private struct Kernel: RunTimeKernel {
    let thenBranch: SubgraphBody?
    let elseBranch: SubgraphBody?

    func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
      guard let condition = try inputs.condition(0, "cond") else { throw ExecutionError("there is no condition") }
      guard let branch = condition ? thenBranch : elseBranch else {
        throw ExecutionError("the condition is not the constant that it was")
      }
      try branch.enter(inputs)
      defer { branch.leave() }
      return try branch.run([], in: run)
    }
  }
}
