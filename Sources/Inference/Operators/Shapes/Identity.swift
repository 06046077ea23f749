/// The input itself.
///
/// Source: ONNX Identity.
struct Identity: Operator {
  static let onnxName = "Identity"
  static var aliasing: Aliasing { .view }

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    return [TensorType(input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    copyElements(of: try inputs.required(0), to: try outputs.required(0))
  }
}

/// Dropout as at inference: the input itself, and a mask of which nothing is dropped.
///
/// Throws `ShapeError` where the network asks for training mode. Source: ONNX Dropout, opset 7 on.
struct Dropout: Operator {
  static let onnxName = "Dropout"
  static var aliasing: Aliasing { .view }
  let hasMask: Bool
  /// Before opset 10 the mask had the type of the data.
  let maskIsBool: Bool

  init(from attributes: inout AttributeReader) throws {
    _ = try attributes.floatIfPresent("ratio")
    _ = try attributes.intIfPresent("seed")
    hasMask = attributes.outputCount > 1
    maskIsBool = attributes.opset >= 10
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "data")
    if let mode = inputs.optional(2)?.constant?.integers(), mode.contains(where: { $0 != 0 }) {
      throw ShapeError("Dropout in training mode is not supported")
    }
    let output = TensorType(input.elementType, input.shape)
    return hasMask ? [output, TensorType(maskIsBool ? .bool : input.elementType, input.shape)] : [output]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let input = try inputs.required(0)
    if let output = outputs.optional(0) { copyElements(of: input, to: output) }
    if let mask = outputs.optional(1) {
      try Cast.convert(Tensor(.bool, shape: [1], elements: [true]), repeatedInto: mask, context)
    }
  }
}
