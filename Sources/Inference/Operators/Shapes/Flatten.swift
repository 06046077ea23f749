/// The same elements as a matrix whose rows are the dimensions before `axis`.
///
/// Source: ONNX Flatten.
struct Flatten: Operator {
  static let onnxName = "Flatten"
  static var aliasing: Aliasing { .view }
  let axis: Int

  init(from attributes: inout AttributeReader) throws { axis = try attributes.int("axis", default: 1) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    let rank = input.shape.count
    guard axis >= -rank, axis <= rank else { throw ShapeError("axis \(axis) of a tensor with \(rank) dimensions") }
    let split = axis < 0 ? axis + rank : axis
    return [
      TensorType(input.elementType, [input.shape[..<split].reduce(1, *), input.shape[split...].reduce(1, *)])
    ]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    copyElements(of: try inputs.required(0), to: try outputs.required(0))
  }
}
