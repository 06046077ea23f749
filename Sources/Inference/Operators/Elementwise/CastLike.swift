/// Converts the elements to the type of a second tensor, as `Cast` does.
///
/// Source: ONNX CastLike, opset 15 on.
struct CastLike: Operator {
  static let onnxName = "CastLike"

  init(from attributes: inout AttributeReader) throws {
    // They concern conversions to types of 8 bits, which are not supported.
    _ = try attributes.intIfPresent("saturate")
    _ = try attributes.stringIfPresent("round_mode")
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    [TensorType(try inputs.required(1, "target_type").elementType, try inputs.required(0, "input").shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try Cast.convert(try inputs.required(0), into: try outputs.required(0), context)
  }
}
