/// Matrix product with numpy's rules of operands that may be transposed, times a constant.
///
/// `transA`, `transB` exchange the last two dimensions; `transBatchA`, `transBatchB` put dimension 0 before the last
/// one of what they are given, as batches that were moved aside. A, B -> Y, float32. MACs as MatMul.
/// Source: onnxruntime, com.microsoft.FusedMatMul.
struct FusedMatMul: KernelOperator {
  static let onnxName = "FusedMatMul"
  static var domain: String { "com.microsoft" }
  let alpha: Float
  let a: Order
  let b: Order

  /// How an operand is to be reordered before it is multiplied.
  struct Order: Sendable {
    let exchangesLast: Bool
    let movesBatch: Bool

    func permutation(_ rank: Int) throws -> [Int] {
      // A vector has no dimensions to exchange.
      guard rank >= 2 else { return Array(0..<rank) }
      var order = Array(0..<rank)
      if movesBatch {
        guard rank >= 3 else { throw ShapeError("transBatch of an operand with \(rank) dimensions") }
        order = Array(1..<rank - 1) + [0, rank - 1]
      }
      if exchangesLast { order.swapAt(rank - 2, rank - 1) }
      return order
    }

    var isIdentity: Bool { !exchangesLast && !movesBatch }
  }

  init(from attributes: inout AttributeReader) throws {
    alpha = try attributes.float("alpha", default: 1)
    a = Order(
      exchangesLast: try attributes.flag("transA", default: false),
      movesBatch: try attributes.flag("transBatchA", default: false))
    b = Order(
      exchangesLast: try attributes.flag("transB", default: false),
      movesBatch: try attributes.flag("transBatchB", default: false))
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let product = try product(inputs)
    return [TensorType(.float32, product.outputShape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let product = try? product(inputs), let output = outputs.first else { return 0 }
    return Extent.saturatingProduct(output.elementCount, product.k)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> any PreparedKernel {
    let shape = try product(inputs).kernelShape
    // A right matrix that is only turned can be read so.
    let isTurned = b.exchangesLast && !b.movesBatch && inputs.optional(1)?.shape.count == 2
    let constant = try inputs.optional(1)?.constant.map { isTurned ? $0 : try b.applied(to: $0, context) }
    let kernel = try MatrixProductKernel(
      .init(m: shape.m, n: shape.n, k: shape.k, transposesA: false, transposesB: isTurned, batches: shape.batches),
      alpha: alpha, beta: 1, constantB: constant, addend: nil, epilogue: Epilogue(), using: context)
    return Kernel(product: kernel, a: a, b: isTurned || constant != nil ? nil : b)
  }

  private func product(_ inputs: [TensorType?]) throws -> BatchedProduct {
    let (left, right) = (try inputs.requiredFloat(0, "A").shape, try inputs.requiredFloat(1, "B").shape)
    return try BatchedProduct(
      a.permutation(left.count).map { left[$0] }, b.permutation(right.count).map { right[$0] })
  }

  private struct Kernel: PreparedKernel {
    let product: MatrixProductKernel
    let a: Order
    /// `nil` where the kernel takes the right operand as it is.
    let b: Order?

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      let (left, right) = (try inputs.required(0, "A"), try inputs.required(1, "B"))
      try product.run(
        [a.applied(to: left, context), b?.applied(to: right, context) ?? right], residual: nil, into: outputs,
        using: context)
    }
  }
}

extension FusedMatMul.Order {
  func applied(to tensor: Tensor, _ context: ExecutionContext) throws -> Tensor {
    if isIdentity || tensor.shape.count < 2 { return tensor }
    let (order, strides) = (try permutation(tensor.shape.count), rowMajorStrides(tensor.shape))
    let result = Tensor(zeros: .float32, shape: order.map { tensor.shape[$0] })
    try StridedCopy.run(tensor, strides: order.map { strides[$0] }, shape: result.shape, into: result, context)
    return result
  }
}

/// Gemm, then an activation.
///
/// A, B, C? as Gemm -> Y, float32. MACs as Gemm. Source: onnxruntime, com.microsoft.FusedGemm.
struct FusedGemm: Operator {
  static let onnxName = "FusedGemm"
  static var domain: String { "com.microsoft" }
  let gemm: Gemm
  let activation: Activation?

  init(from attributes: inout AttributeReader) throws {
    gemm = try Gemm(from: &attributes)
    let parameters = try ["activation_alpha", "activation_beta", "activation_gamma"]
      .compactMap { try attributes.floatIfPresent($0) }
    activation = try FusedActivation.named(attributes.stringIfPresent("activation"), parameters)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { try gemm.outputs(for: inputs) }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int { gemm.macs(for: inputs, outputs: outputs) }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try executePrepared(inputs, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty else { return nil }
    var fused = Epilogue()
    fused.activation = activation
    return try gemm.prepare(for: inputs, outputs: outputs, epilogue: fused, using: context)
  }
}
