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
    try StridedCopy.run(input, try plan(input.shape), into: output, context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty else { return nil }
    return TransposeKernel(plan: try plan(inputs.required(0, "data").shape))
  }

  private func plan(_ shape: [Int]) throws -> StridedCopy.Plan {
    let (strides, order) = (rowMajorStrides(shape), try order(shape.count))
    return StridedCopy.Plan(strides: order.map { strides[$0] }, shape: order.map { shape[$0] })
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
