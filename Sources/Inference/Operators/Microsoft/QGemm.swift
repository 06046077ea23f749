import CKernels

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
    try Kernel(self, inputs, using: context).run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty, let operands = inputs.constantsAfterFirst() else { return nil }
    return try Kernel(self, operands, using: context)
  }

  private struct Kernel: PreparedKernel {
    private let operation: QGemm
    private let shape: BatchedProduct
    private let right: ExactProduct.Right
    private let zeros: ExactProduct.ZeroPoints
    /// Of each column: alpha · a_scale · b_scale, and for 8-bit results over y_scale.
    private let factors: Tensor
    /// [M, N].
    private let addend: Tensor?
    private let zeroPoint: Int

    init(_ operation: QGemm, _ inputs: [Tensor?], using context: ExecutionContext) throws {
      let (a, b) = (try QuantizedOperand(inputs, 0), try QuantizedOperand(inputs, 3))
      let shape = try operation.product(inputs.knownTypes)
      right = ExactProduct.Right(
        b.tensor, k: shape.k, n: shape.n, isTransposed: operation.transposesB,
        zeros: try ExactProduct.ZeroPoints(inputs.optional(5), lines: shape.n, matrices: 1, name: "B"),
        leftType: a.tensor.elementType, hasRowZeros: false, using: context)
      zeros = try ExactProduct.ZeroPoints(inputs.optional(2), lines: shape.m, matrices: 1, name: "A")
      let outputScale = inputs.optional(7)?.floats[0] ?? 1
      let scales = (0..<shape.n).map { b.scales.count == 1 ? b.scales[0] : b.scales[$0] }
      factors = Tensor(shape: [shape.n], scales.map { operation.alpha * a.scales[0] * $0 / outputScale })
      addend = try inputs.optional(6).map { try operation.broadcast($0, to: shape.outputShape, context) }
      zeroPoint = inputs.optional(8)?.integers()?.first ?? 0
      (self.operation, self.shape) = (operation, shape)
    }

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      let (a, output, n) = (try inputs.required(0, "A"), try outputs.required(0, "Y"), shape.n)
      let left = try operation.transposed(a, operation.transposesA, context)
      nonisolated(unsafe) let target = output.bytes
      let (kernels, isFloat) = (context.kernels, output.elementType == .float32)
      let (zero, isSigned) = (Int32(zeroPoint), output.elementType == .int8)
      ExactProduct.run(shape, left, zeros: zeros, right, using: context) { _, row, rows, sums in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: n) { line in
          guard let totals = line.baseAddress else { return }
          for index in 0..<rows {
            let start = (row + index) * n
            totals.initialize(from: sums + index * n, count: n)
            if let addend {
              let addends = addend.pointer(as: Int32.self) + start
              for column in 0..<n { totals[column] &+= addends[column] }
            }
            if isFloat {
              let y = target.assumingMemoryBound(to: Float.self) + start
              for column in 0..<n { y[column] = Float(totals[column]) * factors.floats[column] }
            } else {
              var result = ck_requantization(
                factors: UnsafePointer(factors.floats), zero_point: zero, is_signed: isSigned ? 1 : 0,
                is_small: 0)
              kernels.integers.pointee.requantize_sums(totals, &result, target + start, n)
            }
          }
        }
      }
    }
  }

  fileprivate func product(_ inputs: [TensorType?]) throws -> BatchedProduct {
    let (a, b) = (try inputs.required(0, "A").shape, try inputs.required(3, "B").shape)
    guard a.count == 2, b.count == 2 else { throw ShapeError("matrix product of \(a) and \(b)") }
    return try BatchedProduct(transposesA ? a.reversed() : a, transposesB ? b.reversed() : b)
  }

  fileprivate func broadcast(_ c: Tensor, to shape: [Int], _ context: ExecutionContext) throws -> Tensor {
    let full = Tensor(zeros: c.elementType, shape: shape)
    let own = rowMajorStrides(c.shape)
    let missing = shape.count - c.shape.count
    let strides = shape.indices.map { $0 < missing || c.shape[$0 - missing] == 1 ? 0 : own[$0 - missing] }
    try StridedCopy.run(c, strides: strides, shape: shape, into: full, context)
    return full
  }

  fileprivate func transposed(_ tensor: Tensor, _ transposes: Bool, _ context: ExecutionContext) throws -> Tensor {
    guard transposes else { return tensor }
    let result = Tensor(zeros: tensor.elementType, shape: tensor.shape.reversed())
    try StridedCopy.run(tensor, strides: [1, tensor.shape[1]], shape: result.shape, into: result, context)
    return result
  }
}
