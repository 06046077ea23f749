/// An operator whose output shapes only its own computation tells.
///
/// Inference computes the outputs as soon as all inputs are known, and hands them on as constants.
protocol DataDependent: Operator {
  /// Checks element types and shapes; throws `ShapeError`.
  func check(_ inputs: [TensorType?]) throws
  /// The outputs, all that the operator can have.
  func results(of inputs: [Tensor?]) throws -> [Tensor]
}

extension DataDependent {
  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    try check(inputs)
    for (index, input) in inputs.enumerated() where input != nil && input?.constant == nil {
      throw ShapeError.needsValue(of: "input \(index)")
    }
    return try results(of: inputs.map { $0?.constant }).map(TensorType.init(constant:))
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    for (result, output) in zip(try results(of: inputs), outputs) {
      guard let output else { continue }
      guard result.shape == output.shape else {
        throw ExecutionError("the result has shape \(result.shape) instead of \(output.shape)")
      }
      copyElements(of: result, to: output)
    }
  }
}
