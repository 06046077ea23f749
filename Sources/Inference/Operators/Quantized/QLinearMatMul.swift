/// Matrix product of quantised tensors with numpy's rules, accumulated exactly in int32.
///
/// a, a_scale, a_zero_point, b, b_scale, b_zero_point (scalars, or [N] for b), y_scale, y_zero_point -> y, uint8 or
/// int8. MACs as MatMul. Source: ONNX QLinearMatMul, opset 10 on.
struct QLinearMatMul: Operator {
  static let onnxName = "QLinearMatMul"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let product = try BatchedProduct(inputs.required(0, "a").shape, inputs.required(3, "b").shape)
    try QuantizedOperand.check(inputs, 0, "a", channels: 1)
    try QuantizedOperand.check(inputs, 3, "b", channels: product.n)
    try QuantizedOperand.checkParameters(inputs, 6, "y", channels: 1)
    return [TensorType(try inputs.required(7, "y_zero_point").elementType, product.outputShape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let a = inputs.optional(0), let output = outputs.first else { return 0 }
    return Extent.saturatingProduct(output.elementCount, a.shape.last ?? 1)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (a, b) = (try QuantizedOperand(inputs, 0), try QuantizedOperand(inputs, 3))
    let requantization = try Requantization(
      left: a, right: b, outputScale: inputs.required(6, "y_scale"),
      outputZeroPoint: inputs.required(7, "y_zero_point"),
      bias: nil)
    QuantizedKernels.multiply(
      try BatchedProduct(a.tensor.shape, b.tensor.shape), a, b, requantization, into: try outputs.required(0, "y"),
      using: context)
  }
}
