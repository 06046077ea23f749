/// A matrix product of 8-bit integers, whose left operand has the columns of the first input.
protocol IntegerProductOperator: KernelOperator {}

extension IntegerProductOperator {
  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let a = inputs.optional(0), let output = outputs.first else { return 0 }
    return Extent.saturatingProduct(output.elementCount, a.shape.last ?? 1)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }
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

  static func right(
    _ inputs: [Tensor?], b: Int, zero: Int, leftType: ElementType, aZeros: Int, _ shape: BatchedProduct,
    using context: ExecutionContext
  ) throws -> ExactProduct.Right {
    let tensor = try inputs.required(b, "B")
    let zeros = try ExactProduct.ZeroPoints(
      inputs.optional(zero), lines: shape.n, matrices: matrices(tensor.shape), name: "B")
    return ExactProduct.Right(
      tensor, k: shape.k, n: shape.n, zeros: zeros, leftType: leftType, hasRowZeros: aZeros > 1, using: context)
  }

  /// The right operand packed once where it and its zero points are constant, else `nil`.
  ///
  /// `aZeros` is the number of the left operand's zero points.
  static func constantRight(
    _ inputs: [TensorType?], b: Int, zero: Int, leftType: ElementType, aZeros: Int, _ shape: BatchedProduct,
    using context: ExecutionContext
  ) throws -> ExactProduct.Right? {
    guard inputs.optional(b)?.constant != nil, inputs.optional(zero).map({ $0.constant != nil }) ?? true else {
      return nil
    }
    return try right(
      inputs.map { $0?.constant }, b: b, zero: zero, leftType: leftType, aZeros: aZeros, shape, using: context)
  }

  private static func matrices(_ shape: [Int]) -> Int { shape.dropLast(2).reduce(1, *) }
}
