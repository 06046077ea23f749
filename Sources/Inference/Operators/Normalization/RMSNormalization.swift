/// Normalisation by the root of the mean square over the trailing axes: `Y = X / sqrt(mean(X²) + epsilon) · scale`.
///
/// X [..., axis...], scale broadcast to X -> Y as X, float32. Source: ONNX RMSNormalization, opset 23; Zhang and
/// Sennrich, "Root Mean Square Layer Normalization", NeurIPS 2019.
struct RMSNormalization: Operator {
  static let onnxName = "RMSNormalization"
  let axis: Int
  let epsilon: Float

  init(from attributes: inout AttributeReader) throws {
    (axis, epsilon) = try NormalizedRows.attributes(&attributes, of: Self.onnxName)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let shape = try inputs.requiredFloat(0, "X").shape
    try NormalizedRows.check(
      try inputs.requiredFloat(1, "scale"), "scale", shape, axis: try normalizedAxis(axis, rank: shape.count))
    return [TensorType(.float32, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let rows = try NormalizedRows(
      input.shape, axis: normalizedAxis(axis, rank: input.shape.count), scale: inputs.required(1, "scale"), bias: nil,
      context)
    rows.forEach(context) { row, scale, _ in
      _ = context.kernels.normalizeRootMeanSquare(
        input.floats + row * rows.size, scale: scale, epsilon: epsilon, into: output.floats + row * rows.size,
        count: rows.size)
    }
  }
}

/// `RMSNormalization` as it was written before the standard had it, with the inverse of the root as second output.
///
/// X, scale [size of the trailing axes] -> Y as X, inv_std_var [..., 1...], float32.
/// Source: onnxruntime, SimplifiedLayerNormalization, in the domain of the standard.
struct SimplifiedLayerNormalization: Operator {
  static let onnxName = "SimplifiedLayerNormalization"
  static var outputsInSingle: [Int] { [1] }
  let axis: Int
  let epsilon: Float

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: -1)
    epsilon = try attributes.float("epsilon", default: 1e-5)
    _ = try attributes.intIfPresent("stash_type")
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let shape = try inputs.requiredFloat(0, "X").shape
    let axis = try normalizedAxis(axis, rank: shape.count)
    try NormalizedRows.check(try inputs.requiredFloat(1, "scale"), "scale", shape, axis: axis)
    return [TensorType(.float32, shape), TensorType(.float32, shape[..<axis] + shape[axis...].map { _ in 1 })]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let rows = try NormalizedRows(
      input.shape, axis: normalizedAxis(axis, rank: input.shape.count), scale: inputs.required(1, "scale"), bias: nil,
      context)
    let inverses = outputs.optional(1)
    rows.forEach(context) { row, scale, _ in
      let inverse = context.kernels.normalizeRootMeanSquare(
        input.floats + row * rows.size, scale: scale, epsilon: epsilon, into: output.floats + row * rows.size,
        count: rows.size)
      inverses?.floats[row] = inverse
    }
  }
}

extension Kernels {
  /// Divides a row by the root of its mean square and scales it; returns the inverse of the root.
  func normalizeRootMeanSquare(
    _ x: UnsafePointer<Float>, scale: UnsafePointer<Float>, epsilon: Float, into y: UnsafeMutablePointer<Float>,
    count: Int
  ) -> Float {
    let square = table.pointee.squares(x, 0, count) / Float(count)
    var inverse = 1 / (square + epsilon).squareRoot()
    combine(.multiply, x, &inverse, bStep: 0, into: y, count: count)
    combine(.multiply, y, scale, into: y, count: count)
    return inverse
  }
}
