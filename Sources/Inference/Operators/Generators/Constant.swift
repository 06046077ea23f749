/// A constant given by one of its attributes.
///
/// Source: ONNX Constant, opset 1 on.
struct Constant: Operator {
  static let onnxName = "Constant"
  let value: Tensor

  init(from attributes: inout AttributeReader) throws {
    if let tensor = try attributes.tensorIfPresent("value") {
      value = tensor
    } else if let number = try attributes.floatIfPresent("value_float") {
      value = Tensor(shape: [], [number])
    } else if let numbers = try attributes.floatsIfPresent("value_floats") {
      value = Tensor(shape: [numbers.count], numbers)
    } else if let number = try attributes.intIfPresent("value_int") {
      value = Tensor(int64s: [number]).reshaped([])
    } else if let numbers = try attributes.intsIfPresent("value_ints") {
      value = Tensor(int64s: numbers)
    } else {
      throw ShapeError("a Constant of strings, of a sparse tensor or of nothing is not supported")
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { [TensorType(constant: value)] }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    copyElements(of: value, to: try outputs.required(0))
  }
}

/// A tensor of the shape in the input, filled with one value (0 by default).
///
/// Source: ONNX ConstantOfShape, opset 9 on.
struct ConstantOfShape: Operator {
  static let onnxName = "ConstantOfShape"
  let value: Tensor

  init(from attributes: inout AttributeReader) throws {
    value = try attributes.tensorIfPresent("value") ?? Tensor(shape: [1], [0])
    guard value.elementCount == 1 else { throw ShapeError("attribute 'value' must hold one element") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let shape = try inputs.integers(0, "input")
    _ = try checkedCount(shape)
    return [TensorType(value.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let output = try outputs.required(0)
    try StridedCopy.run(value, strides: [0], shape: [output.elementCount], into: output, context)
  }
}
