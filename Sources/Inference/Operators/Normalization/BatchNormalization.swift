/// Normalisation of each channel by stored statistics: `Y = fma(X, scale', shift')`.
///
/// X [N, C, ...], scale, B, mean, var [C] -> Y as X, float32, where scale' = scale / sqrt(var + epsilon) and
/// shift' = B - mean · scale'. Source: ONNX BatchNormalization in inference mode, opset 7 on.
struct BatchNormalization: Operator {
  static let onnxName = "BatchNormalization"
  static var aliasing: Aliasing { .inPlace }
  let epsilon: Float

  init(from attributes: inout AttributeReader) throws {
    epsilon = try attributes.float("epsilon", default: 1e-5)
    _ = try attributes.float("momentum", default: 0.9)
    guard try attributes.flag("training_mode", default: false) == false else {
      throw ShapeError("BatchNormalization in training mode is not supported")
    }
    // Until opset 7 the mode was chosen by is_test.
    if attributes.opset < 7 {
      guard try attributes.flag("is_test", default: false) else {
        throw ShapeError("BatchNormalization in training mode (is_test = 0) is not supported")
      }
      _ = try attributes.intsIfPresent("consumed_inputs")
    }
    // Until opset 9, 0 asked for statistics of single activations instead of channels.
    guard try attributes.flag("spatial", default: true) else {
      throw ShapeError("BatchNormalization with spatial = 0 is not supported")
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.requiredFloat(0, "X")
    guard input.shape.count >= 2 else { throw ShapeError("BatchNormalization of \(input.shape)") }
    for (index, name) in ["scale", "B", "mean", "var"].enumerated() {
      let shape = try inputs.requiredFloat(index + 1, name).shape
      guard shape == [input.shape[1]] else { throw ShapeError("\(name) \(shape) does not fit \(input.shape)") }
    }
    return [TensorType(.float32, input.shape)]
  }

  /// The factor and the addend of each channel, where all four parameters are constants; what fusing needs.
  package func scaleAndShift(for inputs: [TensorType?]) -> (scale: [Float], shift: [Float])? {
    let parameters = (1...4).compactMap { inputs.optional($0)?.constant }
    guard parameters.count == 4 else { return nil }
    return scaleAndShift(parameters)
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (scale, shift) = scaleAndShift(try (1...4).map { try inputs.required($0, "parameter \($0)") })
    try AffineKernel(scale: scale, shift: shift).run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty, let (scale, shift) = scaleAndShift(for: inputs) else { return nil }
    return AffineKernel(scale: scale, shift: shift)
  }

  private func scaleAndShift(_ parameters: [Tensor]) -> (scale: [Float], shift: [Float]) {
    let values = parameters.map { $0.elements(as: Float.self) }
    let scale = zip(values[0], values[3]).map { gamma, variance in gamma / (variance + epsilon).squareRoot() }
    let shift = values[1].indices.map { values[1][$0] - values[2][$0] * scale[$0] }
    return (scale, shift)
  }
}

/// X [N, C, ...] times a factor per channel plus an addend.
private struct AffineKernel: InPlaceKernel {
  let scale: [Float]
  let shift: [Float]

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let channels = input.shape[1]
    let size = input.shape.dropFirst(2).reduce(1, *)
    if size == 1 {
      for row in 0..<input.shape[0] {
        context.kernels.affine(
          input.floats + row * channels, scale: scale, shift: shift, into: output.floats + row * channels,
          count: channels)
      }
      return
    }
    context.parallel(input.shape[0] * channels) { plane in
      let channel = plane % channels
      context.kernels.apply(
        .affine(scale: scale[channel], shift: shift[channel]), input.floats + plane * size,
        into: output.floats + plane * size, count: size)
    }
  }
}
