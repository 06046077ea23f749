/// Joins quantised tensors along `axis`, each brought to the output's scale and zero point.
///
/// Y_scale, Y_zero_point, then tensor, scale and zero point of each operand -> Y, uint8 or int8.
/// Source: onnxruntime, com.microsoft.QLinearConcat.
struct QLinearConcat: Operator {
  static let onnxName = "QLinearConcat"
  static var domain: String { "com.microsoft" }
  let concat: Concat

  init(from attributes: inout AttributeReader) throws { concat = try Concat(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let operands = try operandPositions(inputs.count)
    let type = try inputs.required(operands[0], "the first tensor").elementType
    try QuantizedResult.check(inputs, 0, as: type)
    let joined = try concat.outputs(for: operands.map { try QuantizedResult.checkedOperand(inputs, $0) })
    return [TensorType(type, joined[0].shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let output = try outputs.required(0)
    let result = try QuantizedResult(inputs, 0, output)
    let pieces = try operandPositions(inputs.count).map { position -> Tensor? in
      let operand = try QuantizedOperand(inputs, position)
      let piece = Tensor(zeros: output.elementType, shape: operand.tensor.shape)
      try result.store(operand.dequantized(), into: piece.bytes, context)
      return piece
    }
    try concat.execute(pieces, into: [output], using: context)
  }

  private func operandPositions(_ count: Int) throws -> [Int] {
    guard count >= 5, (count - 2) % 3 == 0 else { throw ShapeError("\(count) inputs are no whole number of operands") }
    return Array(stride(from: 2, to: count, by: 3))
  }
}
