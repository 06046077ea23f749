/// Matrix product of 8-bit integers, scaled to float32, plus a bias.
///
/// A [..., M, K], B [..., K, N], a_scale, b_scale (scalars, or [N] for b), a_zero_point?, b_zero_point?, bias? [N] -> Y
/// [..., M, N] float32. MACs as MatMul. Source: onnxruntime, com.microsoft.MatMulIntegerToFloat.
struct MatMulIntegerToFloat: IntegerProductOperator {
  static let onnxName = "MatMulIntegerToFloat"
  static var domain: String { "com.microsoft" }

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let product = try IntegerOperands.check(inputs, a: 0, b: 1, aZero: 4, bZero: 5)
    guard try inputs.requiredFloat(2, "a_scale").elementCount == 1 else { throw ShapeError("a_scale is no scalar") }
    try ScaledProduct.check(inputs, scale: 3, bias: 6, n: product.n)
    return [TensorType(.float32, product.outputShape)]
  }

  func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> any PreparedKernel {
    let shape = try IntegerOperands.check(inputs, a: 0, b: 1, aZero: 4, bZero: 5)
    return Kernel(
      shape: shape,
      right: try IntegerOperands.constantRight(
        inputs, b: 1, zero: 5, leftType: inputs.required(0, "A").elementType,
        aZeros: inputs.optional(4)?.elementCount ?? 1, shape, using: context))
  }

  private struct Kernel: PreparedKernel {
    let shape: BatchedProduct
    let right: ExactProduct.Right?

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      ScaledProduct.run(
        shape, try inputs.required(0, "A"), zeros: try IntegerOperands.leftZeros(inputs, a: 0, zero: 4, shape),
        try right
          ?? IntegerOperands.right(
            inputs, b: 1, zero: 5, leftType: inputs.required(0, "A").elementType,
            aZeros: inputs.optional(4)?.elementCount ?? 1, shape, using: context),
        scale: try inputs.required(2, "a_scale").floats[0], scales: try inputs.required(3, "b_scale"),
        bias: inputs.optional(6), into: try outputs.required(0, "Y"), using: context)
    }
  }
}

/// Matrix product of a float32 tensor, quantised on the way to uint8, with one of 8-bit integers, plus a bias.
///
/// A [..., M, K] float32, B [..., K, N], b_scale (a scalar or [N]), b_zero_point?, bias? [N] -> Y [..., M, N] float32.
/// MACs as MatMul. Source: onnxruntime, com.microsoft.DynamicQuantizeMatMul.
struct DynamicQuantizeMatMul: IntegerProductOperator {
  static let onnxName = "DynamicQuantizeMatMul"
  static var domain: String { "com.microsoft" }

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    _ = try inputs.requiredFloat(0, "A")
    let product = try IntegerOperands.check(quantized(inputs), a: 0, b: 1, aZero: 9, bZero: 3)
    try ScaledProduct.check(inputs, scale: 2, bias: 4, n: product.n)
    return [TensorType(.float32, product.outputShape)]
  }

  func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> any PreparedKernel {
    let shape = try IntegerOperands.check(quantized(inputs), a: 0, b: 1, aZero: 9, bZero: 3)
    return Kernel(
      shape: shape,
      right: try IntegerOperands.constantRight(
        inputs, b: 1, zero: 3, leftType: .uint8, aZeros: 1, shape, using: context))
  }

  /// The types once the left operand is quantised.
  private func quantized(_ inputs: [TensorType?]) throws -> [TensorType?] {
    [TensorType(.uint8, try inputs.required(0, "A").shape)] + inputs.dropFirst()
  }

  private struct Kernel: PreparedKernel {
    let shape: BatchedProduct
    let right: ExactProduct.Right?

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      let a = try inputs.required(0, "A")
      let (scale, zeroPoint) = DynamicRange.parameters(a.floats, count: a.elementCount, using: context)
      let quantized = Tensor(zeros: .uint8, shape: a.shape)
      QuantizedKernels.quantize(
        a.floats, scale: scale, zeroPoint: Int(zeroPoint), isSigned: false, into: quantized.bytes,
        count: a.elementCount, using: context.kernels)
      let zero = Tensor(.uint8, shape: [], elements: [zeroPoint])
      ScaledProduct.run(
        shape, quantized, zeros: try ExactProduct.ZeroPoints(zero, lines: shape.m, matrices: 1, name: "A"),
        try right ?? IntegerOperands.right(inputs, b: 1, zero: 3, leftType: .uint8, aZeros: 1, shape, using: context),
        scale: scale,
        scales: try inputs.required(2, "b_scale"), bias: inputs.optional(4), into: try outputs.required(0, "Y"),
        using: context)
    }
  }
}

/// An exact integer product times the scales of its operands.
enum ScaledProduct {
  /// Throws `ShapeError` unless scale and bias fit `n` columns.
  static func check(_ inputs: [TensorType?], scale: Int, bias: Int, n: Int) throws {
    let factor = try inputs.requiredFloat(scale, "b_scale")
    guard factor.elementCount == 1 || factor.elementCount == n else {
      throw ShapeError("b_scale \(factor.shape) for \(n) columns")
    }
    if inputs.optional(bias) != nil {
      let addend = try inputs.requiredFloat(bias, "bias").shape
      guard addend == [n] else { throw ShapeError("bias \(addend) for \(n) columns") }
    }
  }

  static func run(
    _ shape: BatchedProduct, _ a: Tensor, zeros: ExactProduct.ZeroPoints, _ b: ExactProduct.Right, scale: Float,
    scales: Tensor, bias: Tensor?, into output: Tensor, using context: ExecutionContext
  ) {
    let (m, n) = (shape.m, shape.n)
    let factors = (0..<n).map { scale * scales.floats[scales.elementCount == 1 ? 0 : $0] }
    nonisolated(unsafe) let target = output.floats
    ExactProduct.run(shape, a, zeros: zeros, b, using: context) { product, row, rows, sums in
      for line in 0..<rows {
        let (y, x) = (target + (product * m + row + line) * n, sums + line * n)
        for column in 0..<n { y[column] = Float(x[column]) * factors[column] }
        if let bias { context.kernels.combine(.add, y, bias.floats, into: y, count: n) }
      }
    }
  }
}
