/// Permutes the dimensions; by default reverses them.
///
/// Source: ONNX Transpose.
struct Transpose: Operator {
  static let onnxName = "Transpose"
  let permutation: [Int]?

  init(from attributes: inout AttributeReader) throws { permutation = try attributes.intsIfPresent("perm") }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "data")
    return [TensorType(input.elementType, try order(input.shape.count).map { input.shape[$0] })]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let order = try order(input.shape.count)
    if input.elementType.byteCount == 1, let rows = channelRows(order, input.shape) {
      return turnBytes(input, rows, into: output, using: context)
    }
    try StridedCopy.run(input, try plan(input.shape), into: output, context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty else { return nil }
    let input = try inputs.required(0, "data")
    let order = try order(input.shape.count)
    if input.elementType.byteCount == 1, channelRows(order, input.shape) != nil { return nil }
    return TransposeKernel(plan: try plan(input.shape))
  }

  private func plan(_ shape: [Int]) throws -> StridedCopy.Plan {
    let (strides, order) = (rowMajorStrides(shape), try order(shape.count))
    return StridedCopy.Plan(strides: order.map { strides[$0] }, shape: order.map { shape[$0] })
  }

  /// Where only dimension 1 becomes the last, or the last dimension 1, the rows of each matrix that is transposed so.
  private func channelRows(_ order: [Int], _ shape: [Int]) -> Int? {
    let rank = order.count
    guard rank >= 3 else { return nil }
    if order == [0] + Array(2..<rank) + [1] { return shape[1] }
    return order == [0, rank - 1] + Array(1..<rank - 1) ? shape[1..<rank - 1].reduce(1, *) : nil
  }

  private func turnBytes(_ input: Tensor, _ rows: Int, into output: Tensor, using context: ExecutionContext) {
    guard input.elementCount > 0 else { return }
    let size = input.elementCount / input.shape[0]
    nonisolated(unsafe) let source = input.bytes.assumingMemoryBound(to: UInt8.self)
    nonisolated(unsafe) let target = output.bytes.assumingMemoryBound(to: UInt8.self)
    let kernels = context.kernels
    context.parallel(input.shape[0]) { sample in
      kernels.integers.pointee.transpose_bytes(source + sample * size, rows, size / rows, target + sample * size)
    }
  }

  private func order(_ rank: Int) throws -> [Int] {
    guard let permutation else { return (0..<rank).reversed() }
    let order = try normalizedAxes(permutation, rank: rank)
    guard order.count == rank else { throw ShapeError("perm \(permutation) of a tensor with \(rank) dimensions") }
    return order
  }
}

private struct TransposeKernel: PreparedKernel {
  let plan: StridedCopy.Plan

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    try StridedCopy.run(try inputs.required(0), plan, into: try outputs.required(0), context)
  }
}
