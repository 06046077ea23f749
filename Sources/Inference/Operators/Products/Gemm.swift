/// General matrix product `Y = alpha · A' · B' + beta · C`, where `'` transposes on request.
///
/// A [M, K], B [K, N], C broadcast to [M, N], optional -> Y [M, N], float32, float64 or an integer type. MACs: M · N · K.
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
    return [TensorType(try inputs.required(0, "A").elementType, [sizes.m, sizes.n])]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let sizes = try? sizes(of: inputs) else { return 0 }
    return Extent.saturatingProduct(sizes.m, sizes.n, sizes.k)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func kind(for inputs: [TensorType?]) -> String {
    Self.onnxName + ((try? sizes(of: inputs))?.m == 1 ? " of one row" : "")
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    guard try outputs.required(0, "Y").elementType == .float32 else {
      return try executePlainly(inputs, into: outputs, using: context)
    }
    let kernel = try kernel(for: inputs.knownTypes, epilogue: Epilogue(), using: context)
    try kernel.run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard inputs.optional(1)?.constant != nil, inputs.optional(0)?.elementType == .float32 else { return nil }
    if let addend = inputs.optional(2), addend.constant == nil { return nil }
    return try kernel(for: inputs, epilogue: epilogue, using: context)
  }

  /// For double-precision numbers and integers.
  private func executePlainly(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (a, b, output) = (try inputs.required(0, "A"), try inputs.required(1, "B"), try outputs.required(0, "Y"))
    let sizes = try sizes(of: inputs.knownTypes)
    let shape = MatrixProductKernel.Shape(
      m: sizes.m, n: sizes.n, k: sizes.k, transposesA: transposesA, transposesB: transposesB, batches: [])
    let product = PlainProduct(shape: shape, a: a, b: b, output: output, context: context)
    try output.elementType.dispatch(product)
    let addend = inputs.optional(2)
    if alpha == 1, addend == nil { return }
    try output.elementType.dispatch(Combination(output: output, alpha: alpha, addend: addend, beta: beta))
  }

  /// `output · alpha + beta · addend`, the addend broadcast to the output.
  private struct Combination: NumberWork {
    let output: Tensor
    let alpha: Float
    let addend: Tensor?
    let beta: Float

    func run<T: Number>(_ type: T.Type) {
      func scaled(_ value: T, _ factor: Float) -> T {
        factor == 1 ? value : T(converting: value.double * Double(factor))
      }
      let target = output.pointer(as: T.self)
      let walk = StridedWalk(broadcasting: [addend?.shape ?? []], to: output.shape)
      walk.forEachRun(in: 0..<walk.elementCount) { position, operands, length in
        for index in 0..<length {
          let term = addend.map { $0.pointer(as: T.self)[operands[0] + index * walk.runStride(0)] }
          let product = scaled(target[position + index], alpha)
          target[position + index] = term.map { T.add(product, scaled($0, beta)) } ?? product
        }
      }
    }
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
    let type = try inputs.required(0, "A").elementType
    try type.checkNumber()
    guard try inputs.required(1, "B").elementType == type else { throw ShapeError("operands of different types") }
    let (a, b) = (try inputs.required(0, "A").shape, try inputs.required(1, "B").shape)
    guard a.count == 2, b.count == 2 else { throw ShapeError("matrix product of \(a) and \(b)") }
    let (m, k) = transposesA ? (a[1], a[0]) : (a[0], a[1])
    let (n, inner) = transposesB ? (b[0], b[1]) : (b[1], b[0])
    guard k == inner else { throw ShapeError("matrix product of \(a) and \(b): \(k) columns meet \(inner) rows") }
    _ = try Extent.count(of: [m, n])
    if let c = inputs.optional(2) {
      guard c.elementType == type, c.shape.count <= 2,
        zip(c.shape.reversed(), [n, m]).allSatisfy({ $0 == 1 || $0 == $1 })
      else { throw ShapeError("C \(c.elementType)\(c.shape) cannot be broadcast to [\(m), \(n)]") }
    }
    return (m, n, k)
  }
}
