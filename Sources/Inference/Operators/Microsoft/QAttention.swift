/// `MicrosoftAttention` with 8-bit input and weights.
///
/// input [B, S, D], weight [D, Q + K + V], bias [Q + K + V] float32, input_scale, weight_scale (scalars, or [columns]
/// for the weight), mask_index?, input_zero_point?, weight_zero_point?, past? -> output, present, float32.
/// Source: onnxruntime, com.microsoft.QAttention.
struct QAttention: KernelOperator {
  static let onnxName = "QAttention"
  static var domain: String { "com.microsoft" }
  let settings: MicrosoftAttention.Settings

  private static let extras = MicrosoftAttention.Extras(mask: 5, past: 8, bias: nil)

  init(from attributes: inout AttributeReader) throws {
    settings = try MicrosoftAttention.Settings(from: &attributes)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let product = try IntegerOperands.check(inputs, a: 0, b: 1, aZero: 6, bZero: 7)
    guard try inputs.requiredFloat(3, "input_scale").elementCount == 1 else {
      throw ShapeError("input_scale is no scalar")
    }
    try ScaledProduct.check(inputs, scale: 4, bias: 2, n: product.n)
    return try sizes(inputs).outputTypes
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let sizes = try? sizes(inputs), let weights = inputs.optional(1)?.shape else { return 0 }
    return sizes.macs(width: weights[1], depth: weights[0])
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  private func sizes(_ inputs: [TensorType?]) throws -> MicrosoftAttention.Sizes {
    try settings.sizes(
      inputs, input: inputs.required(0, "input").shape, weights: inputs.required(1, "weight").shape,
      extras: Self.extras)
  }

  func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> any PreparedKernel {
    let shape = try IntegerOperands.check(inputs, a: 0, b: 1, aZero: 6, bZero: 7)
    return Kernel(
      settings: settings, sizes: try sizes(inputs), shape: shape,
      right: try IntegerOperands.constantRight(
        inputs, b: 1, zero: 7, leftType: inputs.required(0, "A").elementType,
        aZeros: inputs.optional(6)?.elementCount ?? 1, shape, using: context))
  }

  private struct Kernel: PreparedKernel {
    let settings: MicrosoftAttention.Settings
    let sizes: MicrosoftAttention.Sizes
    let shape: BatchedProduct
    let right: ExactProduct.Right?

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      let projected = Tensor(zeros: .float32, shape: shape.outputShape)
      ScaledProduct.run(
        shape, try inputs.required(0, "input"), zeros: try IntegerOperands.leftZeros(inputs, a: 0, zero: 6, shape),
        try right
          ?? IntegerOperands.right(
            inputs, b: 1, zero: 7, leftType: inputs.required(0, "A").elementType,
            aZeros: inputs.optional(6)?.elementCount ?? 1, shape, using: context),
        scale: try inputs.required(3, "input_scale").floats[0], scales: try inputs.required(4, "weight_scale"),
        bias: inputs.optional(2), into: projected, using: context)
      try settings.attend(projected, sizes, inputs, extras: QAttention.extras, into: outputs, context)
    }
  }
}
