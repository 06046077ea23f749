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
    try Kernel(inputs, using: context).run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty, let operands = inputs.constantsAfterFirst() else { return nil }
    return try Kernel(operands, using: context)
  }

  private struct Kernel: PreparedKernel {
    private let shape: BatchedProduct
    /// One for each right matrix.
    private let products: [IntegerProduct]
    private let parameters: [IntegerParameters]
    private let zeroPoint: Int

    init(_ inputs: [Tensor?], using context: ExecutionContext) throws {
      let (a, b) = (try QuantizedOperand(inputs, 0), try QuantizedOperand(inputs, 3))
      let shape = try BatchedProduct(a.tensor.shape, b.tensor.shape)
      let requantization = try Requantization(
        left: a, right: b, outputScale: inputs.required(6, "y_scale"),
        outputZeroPoint: inputs.required(7, "y_zero_point"), bias: nil)
      let zero = a.zeroPoints[0]
      let matrices = (shape.pairs.lazy.map(\.b).max() ?? -1) + 1
      products = (0..<matrices).map { matrix in
        IntegerProduct(
          weights: b.tensor, first: matrix * shape.k * shape.n, k: shape.k, n: shape.n, zeroPoints: b.zeroPoints,
          inputType: a.tensor.elementType, using: context)
      }
      parameters = products.map { $0.parameters(zeroPoint: zero, requantization) }
      (self.shape, zeroPoint) = (shape, zero)
    }

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      let (a, y) = (try inputs.required(0, "a"), try outputs.required(0, "y"))
      guard y.elementCount > 0 else { return }
      let source = UnsafePointer(a.bytes.assumingMemoryBound(to: UInt8.self))
      // Stacked matrices that meet the same right one are one taller matrix.
      let isOne = products.count == 1 && shape.pairs.enumerated().allSatisfy { $1.a == $0 }
      let rows = isOne ? shape.m * shape.pairs.count : shape.m
      for (index, pair) in shape.pairs.enumerated().prefix(isOne ? 1 : .max) {
        products[pair.b].run(
          source + pair.a * shape.m * shape.k, rows: rows, zeroPoint: { _ in zeroPoint }, parameters[pair.b],
          into: y.bytes + index * shape.m * shape.n, using: context)
      }
    }
  }
}
