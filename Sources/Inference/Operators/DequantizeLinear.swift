/// `Y = (X - zero point) · scale`.
///
/// X uint8, int8 or int32, x_scale (a scalar, or [D] along `axis`), x_zero_point? -> Y as X, float32.
/// Source: ONNX DequantizeLinear, opset 10 on.
struct DequantizeLinear: Operator {
  static let onnxName = "DequantizeLinear"
  let axis: Int

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: 1)
    let code = try attributes.int("output_dtype", default: 0)
    guard code == 0 || code == ElementType.float32.rawValue else {
      throw ShapeError("output_dtype \(code) is not supported")
    }
    guard try attributes.int("block_size", default: 0) == 0 else {
      throw ShapeError("DequantizeLinear in blocks is not supported")
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard [.uint8, .int8, .int32].contains(input.elementType) else {
      throw ShapeError("dequantizing \(input.elementType) is not supported")
    }
    if let zeroPoint = inputs.optional(2), zeroPoint.elementType != input.elementType {
      throw ShapeError("zero point \(zeroPoint.elementType) for \(input.elementType)")
    }
    _ = try QuantizationLayout(input.shape, inputs.requiredFloat(1, "x_scale"), inputs.optional(2), axis: axis)
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let scale = try inputs.required(1, "x_scale")
    let zeroPoint = inputs.optional(2)
    let layout = try QuantizationLayout(
      input.shape, TensorType(constant: scale), zeroPoint.map(TensorType.init(constant:)), axis: axis)
    let zeros = zeroPoint?.integers() ?? [Int](repeating: 0, count: layout.channels)
    context.parallel(layout.outer * layout.channels) { row in
      let channel = row % layout.channels
      QuantizedKernels.dequantize(
        input, from: row * layout.inner, scale: scale.floats[channel], zeroPoint: zeros[channel],
        into: output.floats + row * layout.inner, count: layout.inner)
    }
  }
}
