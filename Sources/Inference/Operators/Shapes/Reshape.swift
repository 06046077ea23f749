/// The same elements under another shape.
///
/// A size of 0 keeps the input's (unless `allowzero`), one -1 takes what is left. Source: ONNX Reshape, opset 5 on.
struct Reshape: Operator {
  static let onnxName = "Reshape"
  static var aliasing: Aliasing { .view }
  let allowsZero: Bool

  init(from attributes: inout AttributeReader) throws { allowsZero = try attributes.flag("allowzero", default: false) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "data")
    let wanted = try inputs.integers(1, "shape")
    var shape = wanted
    if !allowsZero {
      for axis in shape.indices where shape[axis] == 0 {
        guard axis < input.shape.count else { throw ShapeError("shape \(wanted) copies a dimension that is not there") }
        shape[axis] = input.shape[axis]
      }
    }
    let free = shape.indices.filter { shape[$0] == -1 }
    guard free.count <= 1 else { throw ShapeError("more than one -1 in shape \(wanted)") }
    if let axis = free.first {
      shape[axis] = 1
      let rest = try checkedCount(shape)
      guard rest > 0, input.elementCount % rest == 0 else {
        throw ShapeError("\(input.shape) cannot be reshaped to \(wanted)")
      }
      shape[axis] = input.elementCount / rest
    }
    guard try checkedCount(shape) == input.elementCount else {
      throw ShapeError("\(input.shape) cannot be reshaped to \(wanted)")
    }
    return [TensorType(input.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    copyElements(of: try inputs.required(0), to: try outputs.required(0))
  }
}
