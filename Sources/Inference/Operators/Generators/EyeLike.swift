/// Ones on the k-th diagonal and zeros elsewhere, in the shape of a matrix.
///
/// Of the type `dtype`, or the input's. Source: ONNX EyeLike, opset 9 on.
struct EyeLike: Operator {
  static let onnxName = "EyeLike"
  let elementType: ElementType?
  let diagonal: Int

  init(from attributes: inout AttributeReader) throws {
    elementType = try attributes.intIfPresent("dtype").map { code in
      guard let type = ElementType(rawValue: code) else { throw ShapeError("data type \(code) is not supported") }
      return type
    }
    diagonal = try attributes.int("k", default: 0)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    guard input.shape.count == 2 else { throw ShapeError("\(input.shape) is not a matrix") }
    return [TensorType(elementType ?? input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let output = try outputs.required(0)
    let columns = output.shape[1]
    var position = 0
    try output.fillInPieces {
      defer { position += 1 }
      return (position % columns).subtractingReportingOverflow(position / columns) == (diagonal, false) ? 1 : 0
    }
  }
}
