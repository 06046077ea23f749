/// Conv, then optionally the addition of a tensor, then an activation.
///
/// X, W, B? as Conv, Z? of the output's shape -> Y, float32. MACs as Conv.
/// Source: onnxruntime, com.microsoft.FusedConv.
struct FusedConv: Operator {
  static let onnxName = "FusedConv"
  static var domain: String { "com.microsoft" }
  let conv: Conv
  let activation: Activation?

  init(from attributes: inout AttributeReader) throws {
    conv = try Conv(from: &attributes)
    activation = try FusedActivation.named(
      attributes.stringIfPresent("activation"), attributes.floatsIfPresent("activation_params") ?? [])
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let outputs = try conv.outputs(for: Array(inputs.prefix(3)))
    if let addend = inputs.optional(3), addend.elementType != .float32 || addend.shape != outputs[0].shape {
      throw ShapeError("Z \(addend.elementType)\(addend.shape) is to be added to \(outputs[0].shape)")
    }
    return outputs
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int { conv.macs(for: inputs, outputs: outputs) }

  func costClass(for inputs: [TensorType?]) -> CostClass { conv.costClass(for: inputs) }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try executePrepared(inputs, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty else { return nil }
    var fused = Epilogue()
    fused.activation = activation
    fused.addsResidual = inputs.optional(3) != nil
    return try conv.prepare(for: Array(inputs.prefix(3)), outputs: outputs, epilogue: fused, using: context)
      .map { WithAddend(kernel: $0) }
  }

  /// Hands the fourth input over as what is to be added.
  private struct WithAddend: PreparedKernel {
    let kernel: any PreparedKernel

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      try kernel.run(Array(inputs.prefix(3)), residual: inputs.optional(3), into: outputs, using: context)
    }
  }
}
