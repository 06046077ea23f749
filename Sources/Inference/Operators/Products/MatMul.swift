/// Matrix product with numpy's rules: leading dimensions are broadcast, one-dimensional operands become matrices.
///
/// A [..., M, K], B [..., K, N] -> Y [..., M, N], float32, float64 or an integer type. MACs: batches · M · N · K. Source: ONNX MatMul, opset 1 on.
struct MatMul: Operator {
  static let onnxName = "MatMul"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (a, b) = (try inputs.required(0, "A"), try inputs.required(1, "B"))
    try a.elementType.checkNumber()
    guard a.elementType == b.elementType else { throw ShapeError("operands of \(a.elementType) and \(b.elementType)") }
    return [TensorType(a.elementType, try BatchedProduct(a.shape, b.shape).outputShape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let a = inputs.optional(0), let output = outputs.first else { return 0 }
    return Extent.saturatingProduct(output.elementCount, a.shape.last ?? 1)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func kind(for inputs: [TensorType?]) -> String {
    if inputs.optional(1)?.constant == nil { return Self.onnxName + " of activations" }
    return Self.onnxName + (inputs.optional(0)?.shape.dropLast().allSatisfy { $0 == 1 } == true ? " of one row" : "")
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (a, b, output) = (try inputs.required(0, "A"), try inputs.required(1, "B"), try outputs.required(0, "Y"))
    guard output.elementType == .float32 else {
      let shape = try BatchedProduct(a.shape, b.shape).kernelShape
      return try output.elementType.dispatch(PlainProduct(shape: shape, a: a, b: b, output: output, context: context))
    }
    let kernel = try kernel(for: inputs.knownTypes, epilogue: Epilogue(), using: context)
    try kernel.run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard inputs.optional(0)?.elementType == .float32, inputs.optional(1) != nil else { return nil }
    return try kernel(for: inputs, epilogue: epilogue, using: context)
  }

  private func kernel(
    for inputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> MatrixProductKernel {
    let b = try inputs.requiredFloat(1, "B")
    let product = try BatchedProduct(inputs.requiredFloat(0, "A").shape, b.shape)
    return try MatrixProductKernel(
      product.kernelShape, alpha: 1, beta: 1, constantB: b.constant, addend: nil,
      epilogue: epilogue, using: context)
  }
}

/// Which matrices meet which in a broadcast product.
struct BatchedProduct: Sendable {
  let m: Int
  let n: Int
  let k: Int
  let outputShape: [Int]
  /// For each product, the index of its left and of its right matrix.
  let pairs: [(a: Int, b: Int)]

  /// Throws `ShapeError` where the inner sizes differ or the leading dimensions cannot be broadcast.
  init(_ a: [Int], _ b: [Int]) throws {
    guard !a.isEmpty, !b.isEmpty else { throw ShapeError("matrix product of \(a) and \(b)") }
    let left = a.count == 1 ? [1] + a : a
    let right = b.count == 1 ? b + [1] : b
    (m, k, n) = (left[left.count - 2], left[left.count - 1], right[right.count - 1])
    guard k == right[right.count - 2] else { throw ShapeError("matrix product of \(a) and \(b)") }
    let rank = max(left.count, right.count) - 2
    func leading(_ shape: [Int]) -> [Int] {
      [Int](repeating: 1, count: rank + 2 - shape.count) + shape.dropLast(2)
    }
    let (aBatch, bBatch) = (leading(left), leading(right))
    let batch = try zip(aBatch, bBatch).map { left, right in
      guard left == right || left == 1 || right == 1 else { throw ShapeError("matrix product of \(a) and \(b)") }
      return left == 1 ? right : left
    }
    outputShape = batch + (a.count == 1 ? [] : [m]) + (b.count == 1 ? [] : [n])
    _ = try Extent.count(of: batch + [m, n])
    pairs = (0..<(try Extent.count(of: batch))).map { index in
      var (rest, aIndex, bIndex, aStride, bStride) = (index, 0, 0, 1, 1)
      for axis in stride(from: rank - 1, through: 0, by: -1) {
        let position = rest % batch[axis]
        rest /= batch[axis]
        aIndex += aBatch[axis] == 1 ? 0 : position * aStride
        bIndex += bBatch[axis] == 1 ? 0 : position * bStride
        aStride *= aBatch[axis]
        bStride *= bBatch[axis]
      }
      return (aIndex, bIndex)
    }
  }

  /// The product for the kernel: stacked left matrices that meet one right matrix become one taller matrix.
  var kernelShape: MatrixProductKernel.Shape {
    if pairs.enumerated().allSatisfy({ $1.b == 0 && $1.a == $0 }) {
      return .init(m: m * pairs.count, n: n, k: k, transposesA: false, transposesB: false, batches: [])
    }
    return .init(m: m, n: n, k: k, transposesA: false, transposesB: false, batches: pairs.map { [$0.a, $0.b] })
  }
}
