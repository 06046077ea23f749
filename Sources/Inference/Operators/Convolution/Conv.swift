/// Convolution over one, two or three spatial dimensions, in groups, with dilations, strides and padding.
///
/// X [N, C, spatial...], W [M, C / group, kernel...], B [M]? -> Y [N, M, spatial'...], float32.
/// MACs: output elements · C / group · kernel. Source: ONNX Conv, opset 1 on.
struct Conv: ConvolutionOperator {
  static let onnxName = "Conv"
  let settings: ConvolutionSettings

  init(from attributes: inout AttributeReader) throws { settings = try ConvolutionSettings(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let geometry = try geometry(for: inputs)
    return [TensorType(.float32, geometry.outputShape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let kernel = try ConvolutionKernel(
      geometry(for: inputs.knownTypes), weights: inputs.required(1, "W"), bias: inputs.optional(2),
      epilogue: Epilogue(), using: context)
    try kernel.run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard let weights = inputs.optional(1)?.constant, inputs.optional(0) != nil else { return nil }
    if let bias = inputs.optional(2), bias.constant == nil { return nil }
    return try ConvolutionKernel(
      geometry(for: inputs), weights: weights, bias: inputs.optional(2)?.constant, epilogue: epilogue,
      using: context)
  }

  private func geometry(for inputs: [TensorType?]) throws -> ConvolutionGeometry {
    let input = try inputs.requiredFloat(0, "X")
    let weights = try inputs.requiredFloat(1, "W")
    let geometry = try ConvolutionGeometry(input: input.shape, weights: weights.shape, group: group, window: window)
    if inputs.optional(2) != nil {
      let bias = try inputs.requiredFloat(2, "B")
      guard bias.shape == [geometry.outputChannels] else {
        throw ShapeError("bias \(bias.shape) does not fit \(geometry.outputChannels) output channels")
      }
    }
    return geometry
  }
}

/// The sizes of one convolution.
struct ConvolutionGeometry: Sendable, Hashable {
  let batch: Int
  let group: Int
  let inputChannels: Int
  let outputChannels: Int
  let window: PlacedWindow

  /// Throws `ShapeError` where the channels do not fit the groups or the window does not fit the input.
  init(input: [Int], weights: [Int], group: Int, window: Window) throws {
    guard input.count >= 3, weights.count == input.count else {
      throw ShapeError("convolution of \(input) with weights \(weights)")
    }
    guard weights[1].multipliedReportingOverflow(by: group) == (input[1], false), weights[0] % group == 0 else {
      throw ShapeError("weights \(weights) in \(group) groups do not fit \(input[1]) input channels")
    }
    _ = try Extent.count(of: input)
    _ = try Extent.count(of: weights)
    batch = input[0]
    self.group = group
    inputChannels = input[1]
    outputChannels = weights[0]
    self.window = try window.placed(over: [Int](input[2...]), weightKernel: [Int](weights[2...]))
    _ = try Extent.count(of: outputShape)
  }

  var outputShape: [Int] { [batch, outputChannels] + window.output }
  var isDepthwise: Bool { group == inputChannels && group > 1 }
}
