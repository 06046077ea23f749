/// Normalisation over the trailing axes: `Y = (X - mean) / sqrt(variance + epsilon) · Scale + B`.
///
/// X [..., axis...], Scale and B of the shape from `axis` on or broadcast to it -> Y as X; Mean and InvStdDev
/// [..., 1...] float32 (`stash_type` 1). Source: ONNX LayerNormalization, opset 17.
struct LayerNormalization: Operator {
  static let onnxName = "LayerNormalization"
  static var outputsInSingle: [Int] { [1, 2] }
  let axis: Int
  let epsilon: Float

  init(from attributes: inout AttributeReader) throws {
    (axis, epsilon) = try NormalizedRows.attributes(&attributes, of: Self.onnxName)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let shape = try inputs.requiredFloat(0, "X").shape
    let axis = try normalizedAxis(self.axis, rank: shape.count)
    _ = try Extent.count(of: [Int](shape[axis...]))
    for (index, name) in ["Scale", "B"].enumerated() where index == 0 || inputs.optional(2) != nil {
      try NormalizedRows.check(try inputs.requiredFloat(index + 1, name), name, shape, axis: axis)
    }
    let reduced = TensorType(.float32, shape[..<axis] + shape[axis...].map { _ in 1 })
    return [TensorType(.float32, shape), reduced, reduced]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let rows = try NormalizedRows(
      input.shape, axis: normalizedAxis(axis, rank: input.shape.count), scale: inputs.required(1, "Scale"),
      bias: inputs.optional(2), context)
    let (means, deviations) = (outputs.optional(1), outputs.optional(2))
    rows.forEach(context) { row, scale, bias in
      let (mean, inverse) = context.kernels.normalize(
        input.floats + row * rows.size, scale: scale, bias: bias, epsilon: epsilon,
        into: output.floats + row * rows.size, count: rows.size)
      means?.floats[row] = mean
      deviations?.floats[row] = inverse
    }
  }
}

/// The rows that a normalisation over trailing axes works on, with the factors of each.
struct NormalizedRows: Sendable {
  /// Reads where the axes begin and what is added to the variance; statistics are kept in float32.
  static func attributes(_ attributes: inout AttributeReader, of name: String) throws -> (axis: Int, epsilon: Float) {
    let (axis, epsilon) = (try attributes.int("axis", default: -1), try attributes.float("epsilon", default: 1e-5))
    guard try attributes.int("stash_type", default: 1) == ElementType.float32.rawValue else {
      throw ShapeError("\(name): only stash_type 1 (float32) is supported")
    }
    return (axis, epsilon)
  }

  /// Elements of a row.
  let size: Int
  private let count: Int
  private let scale: Tensor
  private let bias: Tensor?
  /// Elements from the factors of one row to those of the next; 0 where all rows share them.
  private let scaleStep: Int
  private let biasStep: Int

  /// Throws `ShapeError` unless the factor has one element per element of a row, or can be broadcast to the input.
  static func check(_ factor: TensorType, _ name: String, _ shape: [Int], axis: Int) throws {
    let size = shape[axis...].reduce(1, *)
    if factor.elementCount == size, factor.shape.count <= shape.count - axis { return }
    guard factor.shape.count <= shape.count, try broadcastShape([factor.shape, shape]) == shape else {
      throw ShapeError("\(name) \(factor.shape) does not fit \(shape) from axis \(axis) on")
    }
  }

  init(_ shape: [Int], axis: Int, scale: Tensor, bias: Tensor?, _ context: ExecutionContext) throws {
    size = shape[axis...].reduce(1, *)
    count = size == 0 ? 0 : shape.reduce(1, *) / size
    (self.scale, scaleStep) = try Self.factors(scale, shape, size, context)
    if let bias {
      let (factors, step) = try Self.factors(bias, shape, size, context)
      (self.bias, biasStep) = (factors, step)
    } else {
      (self.bias, biasStep) = (nil, 0)
    }
  }

  /// Calls `body` for each row with its factors, on up to as many threads as the context has.
  func forEach(
    _ context: ExecutionContext,
    _ body: @Sendable (_ row: Int, _ scale: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?) -> Void
  ) {
    context.parallelRanges(count, grain: max(1, 4096 / max(1, size))) { range in
      for row in range { body(row, scale.floats + row * scaleStep, bias.map { $0.floats + row * biasStep }) }
    }
  }

  private static func factors(
    _ factor: Tensor, _ shape: [Int], _ size: Int, _ context: ExecutionContext
  ) throws -> (Tensor, step: Int) {
    if factor.elementCount == size { return (factor, 0) }
    let full = Tensor(zeros: .float32, shape: shape)
    let own = rowMajorStrides(factor.shape)
    let missing = shape.count - factor.shape.count
    let strides = shape.indices.map { $0 < missing || factor.shape[$0 - missing] == 1 ? 0 : own[$0 - missing] }
    try StridedCopy.run(factor, strides: strides, shape: shape, into: full, context)
    return (full, size)
  }
}
