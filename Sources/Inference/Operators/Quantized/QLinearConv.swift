/// Convolution of quantised tensors, accumulated exactly in int32.
///
/// x, x_scale, x_zero_point, w [M, C / group, kernel...], w_scale and w_zero_point (scalars or [M]), y_scale,
/// y_zero_point, B [M] int32? -> y, uint8 or int8. MACs as Conv. Source: ONNX QLinearConv, opset 10.
struct QLinearConv: ConvolutionOperator {
  static let onnxName = "QLinearConv"
  static let weightIndex = 3
  let settings: ConvolutionSettings

  init(from attributes: inout AttributeReader) throws { settings = try ConvolutionSettings(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let geometry = try geometry(for: inputs)
    let channels = geometry.outputChannels
    try QuantizedOperand.check(inputs, 0, "x", channels: 1)
    try QuantizedOperand.check(inputs, 3, "w", channels: channels)
    try QuantizedOperand.checkParameters(inputs, 6, "y", channels: 1)
    if let bias = inputs.optional(8) {
      guard bias.elementType == .int32, bias.shape == [channels] else {
        throw ShapeError("B \(bias.elementType)\(bias.shape) for \(channels) channels")
      }
    }
    return [TensorType(try inputs.required(7, "y_zero_point").elementType, geometry.outputShape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let geometry = try geometry(for: inputs.knownTypes)
    let requantization = try Requantization(
      left: QuantizedOperand(inputs, 0), right: QuantizedOperand(inputs, 3), outputScale: inputs.required(6, "y_scale"),
      outputZeroPoint: inputs.required(7, "y_zero_point"), bias: inputs.optional(8))
    QuantizedKernels.convolve(
      geometry, try QuantizedOperand(inputs, 0), try QuantizedOperand(inputs, 3), requantization,
      into: try outputs.required(0, "y"), using: context)
  }

  private func geometry(for inputs: [TensorType?]) throws -> ConvolutionGeometry {
    let (x, w) = (try inputs.required(0, "x").shape, try inputs.required(3, "w").shape)
    guard x.count <= 4 else { throw ShapeError("QLinearConv over \(x)") }
    return try ConvolutionGeometry(input: x, weights: w, group: group, window: window)
  }
}
