/// Matrix product of 8-bit integers with numpy's rules, exact in int32.
///
/// A [..., M, K] and B [..., K, N], int8 or uint8; a_zero_point? (a scalar, [M] or [..., M, 1]), b_zero_point? (a
/// scalar, [N] or [..., 1, N]) -> Y [..., M, N] int32. MACs as MatMul. Source: ONNX MatMulInteger, opset 10.
struct MatMulInteger: IntegerProductOperator {
  static let onnxName = "MatMulInteger"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let product = try IntegerOperands.check(inputs, a: 0, b: 1, aZero: 2, bZero: 3)
    return [TensorType(.int32, product.outputShape)]
  }

  func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> any PreparedKernel {
    let shape = try IntegerOperands.check(inputs, a: 0, b: 1, aZero: 2, bZero: 3)
    return Kernel(
      shape: shape,
      right: try IntegerOperands.constantRight(
        inputs, b: 1, zero: 3, leftType: inputs.required(0, "A").elementType,
        aZeros: inputs.optional(2)?.elementCount ?? 1, shape, using: context))
  }

  private struct Kernel: PreparedKernel {
    let shape: BatchedProduct
    let right: ExactProduct.Right?

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      let (a, output) = (try inputs.required(0, "A"), try outputs.required(0, "Y"))
      let right =
        try right
        ?? IntegerOperands.right(
          inputs, b: 1, zero: 3, leftType: a.elementType, aZeros: inputs.optional(2)?.elementCount ?? 1, shape,
          using: context)
      nonisolated(unsafe) let target = output.pointer(as: Int32.self)
      let (m, n) = (shape.m, shape.n)
      ExactProduct.run(
        shape, a, zeros: try IntegerOperands.leftZeros(inputs, a: 0, zero: 2, shape), right, using: context
      ) { product, row, rows, sums in
        (target + (product * m + row) * n).update(from: sums, count: rows * n)
      }
    }
  }
}
