/// Layer normalisation of the sum of two tensors and a bias.
///
/// input [..., D], skip (as input, or without its first dimension), gamma, beta? and bias? [D] -> output as input,
/// mean and inv_std_var [..., 1], input_skip_bias_sum as input, float32.
/// Source: onnxruntime, com.microsoft.SkipLayerNormalization.
struct SkipLayerNormalization: SkipNormalization {
  static let onnxName = "SkipLayerNormalization"
  static let (betaIndex, biasIndex): (Int?, Int) = (3, 4)
  let epsilon: Float

  init(from attributes: inout AttributeReader) throws { epsilon = try attributes.float("epsilon", default: 1e-12) }

  func normalize(
    _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, count: Int, _ kernels: Kernels
  ) -> (mean: Float, inverse: Float) {
    let (mean, inverse) = kernels.normalize(x, scale: scale, bias: bias, epsilon: epsilon, into: y, count: count)
    return (mean, inverse)
  }
}

/// Normalisation of the sum of two tensors and a bias by the root of its mean square.
///
/// input [..., D], skip, gamma and bias? [D] -> output as input, mean (not made), inv_std_var [..., 1],
/// input_skip_bias_sum as input, float32. Source: onnxruntime, com.microsoft.SkipSimplifiedLayerNormalization.
struct SkipSimplifiedLayerNormalization: SkipNormalization {
  static let onnxName = "SkipSimplifiedLayerNormalization"
  static let (betaIndex, biasIndex): (Int?, Int) = (nil, 3)
  let epsilon: Float

  init(from attributes: inout AttributeReader) throws { epsilon = try attributes.float("epsilon", default: 1e-12) }

  func normalize(
    _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, count: Int, _ kernels: Kernels
  ) -> (mean: Float, inverse: Float) {
    (0, kernels.normalizeRootMeanSquare(x, scale: scale, epsilon: epsilon, into: y, count: count))
  }
}

/// A normalisation over the last dimension of `input + skip + bias`.
protocol SkipNormalization: Operator {
  /// The positions of the inputs that shift the result and that are added to the operand.
  static var betaIndex: Int? { get }
  static var biasIndex: Int { get }

  /// Normalises one row; returns its mean and the inverse of its deviation.
  func normalize(
    _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, count: Int, _ kernels: Kernels
  ) -> (mean: Float, inverse: Float)
}

extension SkipNormalization {
  static var domain: String { "com.microsoft" }
  static var outputsInSingle: [Int] { [1, 2] }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (shape, skip) = (try inputs.requiredFloat(0, "input").shape, try inputs.requiredFloat(1, "skip").shape)
    guard let size = shape.last,
      skip == shape || skip.last == size && skip == Array(shape.suffix(skip.count))
        || skip == [1] + shape.dropFirst()
    else { throw ShapeError("skip \(skip) for \(shape)") }
    for index in [2, Self.betaIndex, Self.biasIndex] {
      guard let index, index == 2 || inputs.optional(index) != nil else { continue }
      let factor = try inputs.requiredFloat(index, "input \(index)").shape
      guard factor == [size] else { throw ShapeError("a vector \(factor) for \(shape)") }
    }
    let statistics = TensorType(.float32, shape.dropLast() + [1])
    return [TensorType(.float32, shape), statistics, statistics, TensorType(.float32, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, skip, output) = (try inputs.required(0), try inputs.required(1), try outputs.required(0))
    let (gamma, beta) = (try inputs.required(2), Self.betaIndex.flatMap { inputs.optional($0) })
    let bias = inputs.optional(Self.biasIndex)
    let (means, deviations, sums) = (outputs.optional(1), outputs.optional(2), outputs.optional(3))
    let size = gamma.elementCount
    guard size > 0, input.elementCount > 0 else { return }
    let skipRows = skip.elementCount / size
    context.parallelRanges(input.elementCount / size, grain: max(1, 4096 / size)) { range in
      for row in range {
        let y = output.floats + row * size
        let sum = sums.map { $0.floats + row * size } ?? y
        let kernels = context.kernels
        kernels.combine(
          .add, input.floats + row * size, skip.floats + row % skipRows * size, into: sum, count: size)
        if let bias { kernels.combine(.add, sum, bias.floats, into: sum, count: size) }
        let (mean, inverse) = normalize(sum, gamma.floats, beta?.floats, into: y, count: size, kernels)
        means?.floats[row] = mean
        deviations?.floats[row] = inverse
      }
    }
  }
}
