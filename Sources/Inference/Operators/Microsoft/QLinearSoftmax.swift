/// Softmax of a quantised tensor.
///
/// X, X_scale, x_zero_point?, y_scale, y_zero_point -> Y as X, uint8 or int8. `opset` is that of the Softmax it stands
/// for: before 13 everything from `axis` on is one row. Source: onnxruntime, com.microsoft.QLinearSoftmax.
struct QLinearSoftmax: Operator {
  static let onnxName = "QLinearSoftmax"
  static var domain: String { "com.microsoft" }
  let softmax: Softmax

  init(from attributes: inout AttributeReader) throws {
    let axis = try attributes.int("axis", default: -1)
    let opset = try attributes.int("opset", default: 13)
    var inner = AttributeReader(["axis": .int(axis)], opset: opset)
    softmax = try Softmax(from: &inner)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try QuantizedResult.checkedOperand(inputs)
    try QuantizedResult.check(inputs, 3, as: input.elementType)
    _ = try softmax.outputs(for: [TensorType(.float32, input.shape)])
    return [input]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (operand, output) = (try QuantizedOperand(inputs, 0), try outputs.required(0))
    let numbers = Tensor(shape: output.shape, operand.dequantized())
    try softmax.execute([numbers], into: [numbers], using: context)
    try QuantizedResult(inputs, 3, output)
      .store(numbers.floats, count: numbers.elementCount, into: output.bytes, context.kernels)
  }
}
