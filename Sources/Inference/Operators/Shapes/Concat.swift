/// Joins tensors along `axis`.
///
/// Source: ONNX Concat, opset 4 on.
struct Concat: Operator {
  static let onnxName = "Concat"
  let axis: Int

  init(from attributes: inout AttributeReader) throws {
    guard let axis = try attributes.intIfPresent("axis") else { throw ShapeError("attribute 'axis' is missing") }
    self.axis = axis
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let first = try inputs.required(0, "inputs[0]")
    let axis = try normalizedAxis(axis, rank: first.shape.count)
    var shape = first.shape
    for index in inputs.indices.dropFirst() {
      let other = try inputs.required(index, "inputs[\(index)]")
      guard other.elementType == first.elementType else { throw ShapeError("inputs of different element types") }
      guard other.shape.count == shape.count, shape.indices.allSatisfy({ $0 == axis || other.shape[$0] == shape[$0] })
      else { throw ShapeError("\(first.shape) and \(other.shape) cannot be joined along axis \(axis)") }
      shape[axis] += other.shape[axis]
    }
    _ = try checkedCount(shape)
    return [TensorType(first.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let output = try outputs.required(0)
    let axis = try normalizedAxis(axis, rank: output.shape.count)
    let rows = output.shape[..<axis].reduce(1, *)
    let row = output.shape[axis...].reduce(1, *) * output.elementType.byteCount
    var start = 0
    for index in inputs.indices {
      let input = try inputs.required(index)
      let length = input.shape[axis...].reduce(1, *) * input.elementType.byteCount
      for line in 0..<rows {
        (output.bytes + (line * row + start)).copyMemory(from: input.bytes + line * length, byteCount: length)
      }
      start += length
    }
  }
}
