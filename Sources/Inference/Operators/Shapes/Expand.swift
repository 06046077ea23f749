/// Broadcasts a tensor against a shape.
///
/// Source: ONNX Expand, opset 8 on.
struct Expand: Operator {
  static let onnxName = "Expand"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    let shape = try inputs.integers(1, "shape")
    _ = try checkedCount(shape)
    return [TensorType(input.elementType, try broadcastShape([input.shape, shape]))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let own = rowMajorStrides(input.shape)
    let missing = output.shape.count - input.shape.count
    let strides = output.shape.indices.map { axis in
      axis < missing || input.shape[axis - missing] == 1 ? 0 : own[axis - missing]
    }
    try StridedCopy.run(input, strides: strides, shape: output.shape, into: output, context)
  }
}

/// Repeats a tensor `repeats` times along each axis.
///
/// Source: ONNX Tile, opset 6 on.
struct Tile: Operator {
  static let onnxName = "Tile"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    let repeats = try inputs.integers(1, "repeats")
    guard repeats.count == input.shape.count, repeats.allSatisfy({ $0 >= 0 }) else {
      throw ShapeError("repeats \(repeats) of a tensor of shape \(input.shape)")
    }
    _ = try checkedCount(input.shape + repeats)
    return [TensorType(input.elementType, zip(input.shape, repeats).map(*))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let own = rowMajorStrides(input.shape)
    let repeats = zip(output.shape, input.shape).map { $1 == 0 ? 0 : $0 / $1 }
    try StridedCopy.run(
      input, strides: own.flatMap { [0, $0] }, shape: zip(repeats, input.shape).flatMap { [$0, $1] }, into: output,
      context)
  }
}
