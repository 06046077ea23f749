/// Normalisation over the trailing axes: `Y = (X - mean) / sqrt(variance + epsilon) · Scale + B`.
///
/// X [..., axis...], Scale and B of the shape from `axis` on -> Y as X, Mean and InvStdDev [..., 1...], float32.
/// Source: ONNX LayerNormalization, opset 17.
struct LayerNormalization: Operator {
  static let onnxName = "LayerNormalization"
  let axis: Int
  let epsilon: Float

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: -1)
    epsilon = try attributes.float("epsilon", default: 1e-5)
    guard try attributes.int("stash_type", default: 1) == 1 else {
      throw ShapeError("LayerNormalization: only stash_type 1 (float32) is supported")
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let shape = try inputs.requiredFloat(0, "X").shape
    let axis = try normalizedAxis(self.axis, rank: shape.count)
    let size = try Extent.count(of: [Int](shape[axis...]))
    for (index, name) in ["Scale", "B"].enumerated() where index == 0 || inputs.optional(2) != nil {
      guard try inputs.requiredFloat(index + 1, name).elementCount == size else {
        throw ShapeError("LayerNormalization: \(name) does not have the \(size) elements of \(shape) from axis \(axis)")
      }
    }
    let reduced = TensorType(.float32, shape[..<axis] + shape[axis...].map { _ in 1 })
    return [TensorType(.float32, shape), reduced, reduced]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let (scale, bias) = (try inputs.required(1, "Scale"), inputs.optional(2))
    let axis = try normalizedAxis(self.axis, rank: input.shape.count)
    let size = input.shape[axis...].reduce(1, *)
    guard size > 0 else { return }
    let (means, deviations) = (outputs.optional(1), outputs.optional(2))
    context.parallel(input.elementCount / size) { row in
      let (mean, inverse) = context.kernels.normalize(
        input.floats + row * size, scale: scale.floats, bias: bias?.floats, epsilon: epsilon,
        into: output.floats + row * size, count: size)
      means?.floats[row] = mean
      deviations?.floats[row] = inverse
    }
  }
}
