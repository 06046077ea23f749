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
    let kernel = try QuantizedConvolutionKernel(
      geometry(for: inputs.knownTypes), inputs, isChannelsLast: false, using: context)
    try kernel.run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty else { return nil }
    return try QuantizedConvolutionKernel(
      ifConstant: inputs, geometry(for: inputs), isChannelsLast: false, using: context)
  }

  func geometry(for inputs: [TensorType?]) throws -> ConvolutionGeometry {
    let (x, w) = (try inputs.required(0, "x").shape, try inputs.required(3, "w").shape)
    guard x.count <= 4 else { throw ShapeError("QLinearConv over \(x)") }
    return try ConvolutionGeometry(input: x, weights: w, group: group, window: window)
  }
}

/// QLinearConv with packed weights.
struct QuantizedConvolutionKernel: PreparedKernel {
  private let convolution: IntegerConvolution
  private let parameters: IntegerConvolution.Parameters
  private let isChannelsLast: Bool

  /// `inputs` as QLinearConv's, without need of x's elements.
  init(
    _ geometry: ConvolutionGeometry, _ inputs: [Tensor?], isChannelsLast: Bool, using context: ExecutionContext
  ) throws {
    let (x, w) = (try QuantizedOperand(inputs, 0), try QuantizedOperand(inputs, 3))
    let requantization = try Requantization(
      left: x, right: w, outputScale: inputs.required(6, "y_scale"),
      outputZeroPoint: inputs.required(7, "y_zero_point"), bias: inputs.optional(8))
    convolution = try IntegerConvolution(
      geometry, weights: w.tensor, zeroPoints: w.zeroPoints, inputType: x.tensor.elementType, using: context)
    parameters = convolution.parameters(zeroPoint: x.zeroPoints[0], requantization)
    self.isChannelsLast = isChannelsLast
  }

  /// `nil` unless everything but x is constant.
  init?(
    ifConstant inputs: [TensorType?], _ geometry: ConvolutionGeometry, isChannelsLast: Bool,
    using context: ExecutionContext
  ) throws {
    guard let operands = inputs.constantsAfterFirst() else { return nil }
    try self.init(geometry, operands, isChannelsLast: isChannelsLast, using: context)
  }

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    convolution.run(
      try inputs.required(0, "x"), parameters, isChannelsLast: isChannelsLast, into: try outputs.required(0, "y"),
      using: context)
  }
}
