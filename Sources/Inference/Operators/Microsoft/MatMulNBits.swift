/// Matrix product with a constant right operand whose columns are quantised in blocks to 2, 4 or 8 bits.
///
/// A [..., K] float32, B [N, blocks, block_size · bits / 8] uint8, scales [N · blocks], zero_points? (packed uint8 of
/// [N, blocks], or float32), bias? [N] -> Y [..., N] float32; computed in float32 on dequantised weights.
/// MACs: rows · N · K. Source: onnxruntime, com.microsoft.MatMulNBits.
struct MatMulNBits: Operator {
  static let onnxName = "MatMulNBits"
  static var domain: String { "com.microsoft" }
  let k: Int
  let n: Int
  let bits: Int
  let block: Int

  init(from attributes: inout AttributeReader) throws {
    k = try attributes.int("K", default: 0)
    n = try attributes.int("N", default: 0)
    bits = try attributes.int("bits", default: 4)
    block = try attributes.int("block_size", default: 0)
    _ = try attributes.intIfPresent("accuracy_level")
    guard k > 0, n > 0, k < 1 << 31, n < 1 << 31, [2, 4, 8].contains(bits), block >= 16, block < 1 << 20,
      block.nonzeroBitCount == 1
    else { throw ShapeError("K \(k), N \(n), bits \(bits) and block_size \(block) do not fit together") }
    guard try attributes.int("weight_prepacked", default: 0) == 0 else {
      throw ShapeError("prepacked weights are not supported")
    }
  }

  private var blocks: Int { (k + block - 1) / block }
  /// Bytes of the zero points of one column.
  private var zeroBytes: Int { (blocks * bits + 7) / 8 }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.requiredFloat(0, "A")
    guard input.shape.last == k else { throw ShapeError("A \(input.shape) for K \(k)") }
    let weights = try inputs.required(1, "B")
    guard weights.elementType == .uint8,
      weights.elementCount == Extent.saturatingProduct(n, blocks, block * bits / 8)
    else { throw ShapeError("B \(weights.elementType)\(weights.shape) for \(n) columns of \(blocks) blocks") }
    guard try inputs.requiredFloat(2, "scales").elementCount == n * blocks else {
      throw ShapeError("scales for \(n) columns of \(blocks) blocks")
    }
    if let zeros = inputs.optional(3) {
      guard
        zeros.elementType == .uint8 && zeros.elementCount == n * zeroBytes
          || zeros.elementType == .float32 && zeros.elementCount == n * blocks
      else { throw ShapeError("zero_points \(zeros.elementType)\(zeros.shape)") }
    }
    guard inputs.optional(4) == nil else { throw ShapeError("g_idx is not supported") }
    if inputs.optional(5) != nil, try inputs.requiredFloat(5, "bias").shape != [n] {
      throw ShapeError("bias does not have \(n) elements")
    }
    let shape = Array(input.shape.dropLast()) + [n]
    _ = try checkedCount(shape)
    return [TensorType(.float32, shape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    Extent.saturatingProduct(outputs.first?.elementCount ?? 0, k)
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .gemm }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let kernel = try prepare(
      for: inputs.knownTypes, outputs: outputs.knownTypes, epilogue: Epilogue(), using: context)
    guard let kernel else { throw ShapeError("MatMulNBits cannot be prepared") }
    try kernel.run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty, let a = inputs.optional(0), let weights = inputs.optional(1)?.constant,
      let scales = inputs.optional(2)?.constant, inputs.optional(3).map({ $0.constant != nil }) ?? true,
      inputs.optional(5).map({ $0.constant != nil }) ?? true
    else { return nil }
    try MemoryLimit.check(Extent.saturatingProduct(4, n, k), for: "the weights of MatMulNBits")
    let columns = dequantized(weights, scales, inputs.optional(3)?.constant)
    let product = try MatrixProductKernel(
      .init(
        m: a.shape.dropLast().reduce(1, *), n: n, k: k, transposesA: false, transposesB: true, batches: []),
      alpha: 1, beta: 1, constantB: columns, addend: inputs.optional(5)?.constant, epilogue: Epilogue(),
      using: context)
    return Kernel(product: product)
  }

  private struct Kernel: PreparedKernel {
    let product: MatrixProductKernel

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      try product.run([try inputs.required(0, "A")], residual: nil, into: outputs, using: context)
    }
  }

  /// The weights as [N, K] float32.
  private func dequantized(_ weights: Tensor, _ scales: Tensor, _ zeros: Tensor?) -> Tensor {
    let result = Tensor(zeros: .float32, shape: [n, k])
    let (codes, mask) = (weights.pointer(as: UInt8.self), UInt8(truncatingIfNeeded: (1 << bits) - 1))
    let inByte = 8 / bits
    func code(_ bytes: UnsafePointer<UInt8>, _ index: Int) -> Float {
      Float(bytes[index / inByte] >> UInt8(index % inByte * bits) & mask)
    }
    for column in 0..<n {
      for index in 0..<blocks {
        let position = column * blocks + index
        let source = codes + position * (block / inByte)
        let zero: Float =
          switch zeros?.elementType {
          case nil: Float(1 << (bits - 1))
          case .float32?: zeros?.floats[position] ?? 0
          default: zeros.map { code($0.pointer(as: UInt8.self) + column * zeroBytes, index) } ?? 0
          }
        let first = index * block
        for element in 0..<min(block, k - first) {
          result.floats[column * k + first + element] = (code(source, element) - zero) * scales.floats[position]
        }
      }
    }
    return result
  }
}
