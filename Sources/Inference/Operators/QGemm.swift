/// Matrix product of quantised matrices with a bias, accumulated exactly in int32.
///
/// A [M, K], a_scale, a_zero_point, B [K, N] or transposed, b_scale, b_zero_point (scalars, or [N] for B), C [N] int32?,
/// y_scale, y_zero_point -> Y [M, N], uint8 or int8. C counts in steps of alpha · a_scale · b_scale. MACs: M · N · K.
/// Source: onnxruntime, com.microsoft.QGemm, with a quantised result and without transA.
struct QGemm: Operator {
  static let onnxName = "QGemm"
  static let domain = "com.microsoft"
  let alpha: Float
  let transposesB: Bool

  init(from attributes: inout AttributeReader) throws {
    alpha = try attributes.float("alpha", default: 1)
    transposesB = try attributes.flag("transB", default: false)
    guard try attributes.flag("transA", default: false) == false else {
      throw ShapeError("QGemm: transA is not supported")
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let product = try product(inputs)
    try QuantizedOperand.check(inputs, 0, "A", channels: 1)
    try QuantizedOperand.check(inputs, 3, "B", channels: product.n)
    if let bias = inputs.optional(6) {
      guard bias.elementType == .int32, bias.elementCount == product.n, bias.shape.last == product.n else {
        throw ShapeError(
          "C \(bias.elementType)\(bias.shape) for \(product.n) columns: only one number per column is supported")
      }
    }
    guard inputs.optional(7) != nil else { throw ShapeError("QGemm with a float result (no y_scale) is not supported") }
    try QuantizedOperand.checkParameters(inputs, 7, "y", channels: 1)
    return [TensorType(try inputs.required(8, "y_zero_point").elementType, product.outputShape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let a = inputs.optional(0), let output = outputs.first else { return 0 }
    return Extent.saturatingProduct(output.elementCount, a.shape.last ?? 1)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (a, b) = (try QuantizedOperand(inputs, 0), try QuantizedOperand(inputs, 3))
    let product = try product(inputs.knownTypes)
    var right = b
    if transposesB {
      let plain = Tensor(zeros: b.tensor.elementType, shape: [product.k, product.n])
      try StridedCopy.run(
        b.tensor, strides: [1, product.k], shape: [product.k, product.n], into: plain, context)
      right = QuantizedOperand(tensor: plain, scales: b.scales, zeroPoints: b.zeroPoints)
    }
    let scale = try inputs.required(7, "y_scale").floats[0]
    let requantization = try Requantization(
      left: a, right: right, outputScale: Tensor(shape: [], [scale / alpha]),
      outputZeroPoint: inputs.required(8, "y_zero_point"), bias: inputs.optional(6))
    QuantizedKernels.multiply(
      product, a, right, requantization, into: try outputs.required(0, "Y"), using: context)
  }

  private func product(_ inputs: [TensorType?]) throws -> BatchedProduct {
    let (a, b) = (try inputs.required(0, "A").shape, try inputs.required(3, "B").shape)
    guard a.count == 2, b.count == 2 else { throw ShapeError("QGemm of \(a) and \(b)") }
    return try BatchedProduct(a, transposesB ? b.reversed() : b)
  }
}
