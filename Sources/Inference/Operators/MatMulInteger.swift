/// Matrix product of 8-bit integers with numpy's rules, exact in int32.
///
/// A [..., M, K] and B [..., K, N], int8 or uint8; a_zero_point? (a scalar, [M] or [..., M, 1]), b_zero_point? (a
/// scalar, [N] or [..., 1, N]) -> Y [..., M, N] int32. MACs as MatMul. Source: ONNX MatMulInteger, opset 10.
struct MatMulInteger: Operator {
  static let onnxName = "MatMulInteger"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let product = try IntegerOperands.check(inputs, a: 0, b: 1, aZero: 2, bZero: 3)
    return [TensorType(.int32, product.outputShape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let a = inputs.optional(0), let output = outputs.first else { return 0 }
    return Extent.saturatingProduct(output.elementCount, a.shape.last ?? 1)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try kernel(for: inputs.knownTypes).run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty, inputs.optional(0) != nil, inputs.optional(1) != nil else { return nil }
    return try kernel(for: inputs)
  }

  private func kernel(for inputs: [TensorType?]) throws -> Kernel {
    let shape = try IntegerOperands.check(inputs, a: 0, b: 1, aZero: 2, bZero: 3)
    return Kernel(shape: shape, right: try IntegerOperands.constantRight(inputs, b: 1, zero: 3, shape))
  }

  private struct Kernel: PreparedKernel {
    let shape: BatchedProduct
    let right: ExactProduct.Right?

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      let (a, output) = (try inputs.required(0, "A"), try outputs.required(0, "Y"))
      let right = try right ?? IntegerOperands.right(inputs, b: 1, zero: 3, shape)
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

/// The operands of an integer matrix product, found by their positions among the inputs.
enum IntegerOperands {
  /// Throws `ShapeError` where types, shapes or zero points do not fit.
  static func check(
    _ inputs: [TensorType?], a aIndex: Int, b bIndex: Int, aZero: Int, bZero: Int
  ) throws -> BatchedProduct {
    let (a, b) = (try inputs.required(aIndex, "A"), try inputs.required(bIndex, "B"))
    for type in [a.elementType, b.elementType] where type != .int8 && type != .uint8 {
      throw ShapeError("an operand is \(type), not int8 or uint8")
    }
    let product = try BatchedProduct(a.shape, b.shape)
    try ExactProduct.ZeroPoints.check(
      inputs.optional(aZero), lines: product.m, matrices: matrices(a.shape), of: a, name: "a_zero_point")
    try ExactProduct.ZeroPoints.check(
      inputs.optional(bZero), lines: product.n, matrices: matrices(b.shape), of: b, name: "b_zero_point")
    return product
  }

  static func leftZeros(
    _ inputs: [Tensor?], a: Int, zero: Int, _ shape: BatchedProduct
  ) throws -> ExactProduct.ZeroPoints {
    try ExactProduct.ZeroPoints(
      inputs.optional(zero), lines: shape.m, matrices: matrices(try inputs.required(a, "A").shape), name: "A")
  }

  static func right(_ inputs: [Tensor?], b: Int, zero: Int, _ shape: BatchedProduct) throws -> ExactProduct.Right {
    let tensor = try inputs.required(b, "B")
    let zeros = try ExactProduct.ZeroPoints(
      inputs.optional(zero), lines: shape.n, matrices: matrices(tensor.shape), name: "B")
    return ExactProduct.Right(tensor, k: shape.k, n: shape.n, zeros: zeros)
  }

  /// The right operand packed once where it and its zero points are constant, else `nil`.
  static func constantRight(
    _ inputs: [TensorType?], b: Int, zero: Int, _ shape: BatchedProduct
  ) throws -> ExactProduct.Right? {
    guard inputs.optional(b)?.constant != nil, inputs.optional(zero).map({ $0.constant != nil }) ?? true else {
      return nil
    }
    return try right(inputs.map { $0?.constant }, b: b, zero: zero, shape)
  }

  private static func matrices(_ shape: [Int]) -> Int { shape.dropLast(2).reduce(1, *) }
}
