/// The mean of each channel over all spatial dimensions.
///
/// X [N, C, spatial...] -> Y [N, C, 1...], float32. Source: ONNX GlobalAveragePool, opset 1 on.
struct GlobalAveragePool: Operator {
  static let onnxName = "GlobalAveragePool"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { try globalPoolOutputs(for: inputs) }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let size = input.shape[2...].reduce(1, *)
    for plane in 0..<output.elementCount {
      output.floats[plane] = context.kernels.sum(input.floats + plane * size, count: size) / Float(size)
    }
  }
}

/// The greatest element of each channel.
///
/// X [N, C, spatial...] -> Y [N, C, 1...], float32. Source: ONNX GlobalMaxPool, opset 1 on.
struct GlobalMaxPool: Operator {
  static let onnxName = "GlobalMaxPool"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { try globalPoolOutputs(for: inputs) }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let size = input.shape[2...].reduce(1, *)
    for plane in 0..<output.elementCount {
      output.floats[plane] = context.kernels.maximum(input.floats + plane * size, count: size)
    }
  }
}

/// The types of a pool over whole planes; throws `ShapeError` where there are none or they are empty.
func globalPoolOutputs(for inputs: [TensorType?]) throws -> [TensorType] {
  let shape = try inputs.requiredFloat(0, "X").shape
  guard shape.count >= 3, !shape[2...].contains(0) else { throw ShapeError("global pool over \(shape)") }
  _ = try Extent.count(of: shape)
  return [TensorType(.float32, [shape[0], shape[1]] + shape[2...].map { _ in 1 })]
}
