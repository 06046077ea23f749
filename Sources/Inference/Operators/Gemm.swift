/// General matrix product `Y = alpha · A' · B' + beta · C`, where `'` transposes on request.
///
/// A [M, K], B [K, N], C broadcast to [M, N], optional -> Y [M, N], float32. MACs: M · N · K.
/// Source: ONNX Gemm, opset 7 on.
struct Gemm: Operator {
  static let onnxName = "Gemm"
  let alpha: Float
  let beta: Float
  let transposesA: Bool
  let transposesB: Bool

  init(from attributes: inout AttributeReader) throws {
    alpha = try attributes.float("alpha", default: 1)
    beta = try attributes.float("beta", default: 1)
    transposesA = try attributes.flag("transA", default: false)
    transposesB = try attributes.flag("transB", default: false)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let sizes = try sizes(of: inputs)
    return [TensorType(.float32, [sizes.m, sizes.n])]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let sizes = try? sizes(of: inputs) else { return 0 }
    return Extent.saturatingProduct(sizes.m, sizes.n, sizes.k)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let kernel = try kernel(for: inputs.knownTypes, epilogue: Epilogue(), using: context)
    try kernel.run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard inputs.optional(1)?.constant != nil else { return nil }
    if let addend = inputs.optional(2), addend.constant == nil { return nil }
    return try kernel(for: inputs, epilogue: epilogue, using: context)
  }

  private func kernel(
    for inputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> MatrixProductKernel {
    let sizes = try sizes(of: inputs)
    return try MatrixProductKernel(
      MatrixProductKernel.Shape(
        m: sizes.m, n: sizes.n, k: sizes.k, transposesA: transposesA, transposesB: transposesB, batches: []),
      alpha: alpha, beta: beta, constantB: inputs.optional(1)?.constant,
      addend: inputs.optional(2)?.constant, epilogue: epilogue, using: context)
  }

  private func sizes(of inputs: [TensorType?]) throws -> (m: Int, n: Int, k: Int) {
    let a = try inputs.requiredFloat(0, "A").shape
    let b = try inputs.requiredFloat(1, "B").shape
    guard a.count == 2, b.count == 2 else { throw ShapeError("matrix product of \(a) and \(b)") }
    let (m, k) = transposesA ? (a[1], a[0]) : (a[0], a[1])
    let (n, inner) = transposesB ? (b[0], b[1]) : (b[1], b[0])
    guard k == inner else { throw ShapeError("matrix product of \(a) and \(b): \(k) columns meet \(inner) rows") }
    _ = try Extent.count(of: [m, n])
    if let c = inputs.optional(2) {
      guard c.elementType == .float32, c.shape.count <= 2,
        zip(c.shape.reversed(), [n, m]).allSatisfy({ $0 == 1 || $0 == $1 })
      else { throw ShapeError("C \(c.elementType)\(c.shape) cannot be broadcast to [\(m), \(n)]") }
    }
    return (m, n, k)
  }
}
