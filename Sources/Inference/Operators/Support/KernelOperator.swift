/// An operator with one kernel for prepared and unprepared runs, which takes no epilogue.
protocol KernelOperator: Operator {
  /// The kernel for inputs of these types; what can be packed of constant ones is.
  func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> any PreparedKernel
}

extension KernelOperator {
  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    // Without the values, nothing is packed for a single run.
    try kernel(for: inputs.knownTypes.map { $0?.open }, using: context)
      .run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty, inputs.optional(0) != nil, inputs.optional(1) != nil else { return nil }
    return try kernel(for: inputs, using: context)
  }
}

extension Operator {
  /// Computes the outputs with the kernel that `prepare` makes for these very inputs.
  func executePrepared(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let kernel = try prepare(for: inputs.knownTypes, outputs: outputs.knownTypes, epilogue: Epilogue(), using: context)
    guard let kernel else { throw ShapeError("\(Self.onnxName) cannot be prepared") }
    try kernel.run(inputs, residual: nil, into: outputs, using: context)
  }
}
