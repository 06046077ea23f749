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
    let strides = rowMajorStrides(input.shape)
    try StridedCopy.run(
      input, strides: try order(input.shape.count).map { strides[$0] }, shape: output.shape, into: output, context)
  }

  private func order(_ rank: Int) throws -> [Int] {
    guard let permutation else { return (0..<rank).reversed() }
    let order = try normalizedAxes(permutation, rank: rank)
    guard order.count == rank else { throw ShapeError("perm \(permutation) of a tensor with \(rank) dimensions") }
    return order
  }
}
