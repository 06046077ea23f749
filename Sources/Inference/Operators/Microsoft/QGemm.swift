/// General matrix product of quantised tensors: `Y = alpha · A' · B' + C`, where `'` transposes on request.
///
/// A [M, K], B [K, N], with their scales and zero points (scalars, or [N] for B), C? int32 broadcast to [M, N] in units
/// of `alpha · a_scale · b_scale`, y_scale?, y_zero_point? -> Y [M, N], uint8 or int8, or float32 without y_scale.
/// MACs: M · N · K. Source: onnxruntime, com.microsoft.QGemm.
struct QGemm: Operator {
  static let onnxName = "QGemm"
  static var domain: String { "com.microsoft" }
  let alpha: Float
  let transposesA: Bool
  let transposesB: Bool

  init(from attributes: inout AttributeReader) throws {
    alpha = try attributes.float("alpha", default: 1)
    transposesA = try attributes.flag("transA", default: false)
    transposesB = try attributes.flag("transB", default: false)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let product = try product(inputs)
    try QuantizedOperand.check(inputs, 0, "A", channels: 1)
    try QuantizedOperand.check(inputs, 3, "B", channels: product.n)
    if let c = inputs.optional(6) {
      guard c.elementType == .int32, try broadcastShape([c.shape, product.outputShape]) == product.outputShape else {
        throw ShapeError("C \(c.elementType)\(c.shape) for \(product.outputShape)")
      }
    }
    guard inputs.optional(7) != nil else { return [TensorType(.float32, product.outputShape)] }
    let type = inputs.optional(8)?.elementType ?? .uint8
    guard type == .uint8 || type == .int8 else { throw ShapeError("y_zero_point must be uint8 or int8") }
    try QuantizedResult.check(inputs, 7, as: type)
    return [TensorType(type, product.outputShape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let product = try? product(inputs) else { return 0 }
    return Extent.saturatingProduct(product.m, product.n, product.k)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (a, b) = (try QuantizedOperand(inputs, 0), try QuantizedOperand(inputs, 3))
    let output = try outputs.required(0)
    let product = try product(inputs.knownTypes)
    let (n, shape) = (product.n, output.shape)
    let left = try transposed(a.tensor, transposesA, context)
    let right = ExactProduct.Right(
      try transposed(b.tensor, transposesB, context), k: product.k, n: n,
      zeros: try ExactProduct.ZeroPoints(inputs.optional(5), lines: n, matrices: 1, name: "B"))
    let factors = (0..<n).map { alpha * a.scale(0) * b.scale($0) }
    let addend = try inputs.optional(6).map { try broadcast($0, to: shape, context) }
    let result = output.elementType == .float32 ? nil : try QuantizedResult(inputs, 7, output)
    nonisolated(unsafe) let target = output.bytes
    let zeros = try ExactProduct.ZeroPoints(inputs.optional(2), lines: product.m, matrices: 1, name: "A")
    ExactProduct.run(product, left, zeros: zeros, right, using: context) { _, row, rows, sums in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: n) { line in
        guard let scratch = line.baseAddress else { return }
        for index in 0..<rows {
          let start = (row + index) * n
          let y = result == nil ? target.assumingMemoryBound(to: Float.self) + start : scratch
          for column in 0..<n {
            let sum = sums[index * n + column] &+ (addend?.pointer(as: Int32.self)[start + column] ?? 0)
            y[column] = Float(sum) * factors[column]
          }
          result?.store(y, count: n, into: target + start, context.kernels)
        }
      }
    }
  }

  private func product(_ inputs: [TensorType?]) throws -> BatchedProduct {
    let (a, b) = (try inputs.required(0, "A").shape, try inputs.required(3, "B").shape)
    guard a.count == 2, b.count == 2 else { throw ShapeError("matrix product of \(a) and \(b)") }
    return try BatchedProduct(transposesA ? a.reversed() : a, transposesB ? b.reversed() : b)
  }

  private func broadcast(_ c: Tensor, to shape: [Int], _ context: ExecutionContext) throws -> Tensor {
    let full = Tensor(zeros: c.elementType, shape: shape)
    let own = rowMajorStrides(c.shape)
    let missing = shape.count - c.shape.count
    let strides = shape.indices.map { $0 < missing || c.shape[$0 - missing] == 1 ? 0 : own[$0 - missing] }
    try StridedCopy.run(c, strides: strides, shape: shape, into: full, context)
    return full
  }

  private func transposed(_ tensor: Tensor, _ transposes: Bool, _ context: ExecutionContext) throws -> Tensor {
    guard transposes else { return tensor }
    let result = Tensor(zeros: tensor.elementType, shape: tensor.shape.reversed())
    try StridedCopy.run(tensor, strides: [1, tensor.shape[1]], shape: result.shape, into: result, context)
    return result
  }
}
