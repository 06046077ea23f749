/// `X · sigmoid(alpha · X)`, float32.
///
/// Source: onnxruntime, com.microsoft.QuickGelu; Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
struct QuickGelu: Operator {
  static let onnxName = "QuickGelu"
  static var domain: String { "com.microsoft" }
  let alpha: Float

  init(from attributes: inout AttributeReader) throws { alpha = try attributes.float("alpha", default: 1.702) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    [TensorType(.float32, try inputs.requiredFloat(0, "X").shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    nonisolated(unsafe) let (source, target) = (input.floats, output.floats)
    context.parallelRanges(input.elementCount, grain: Elementwise.grain) { range in
      var factor = alpha
      let (x, y) = (source + range.lowerBound, target + range.lowerBound)
      context.kernels.combine(.multiply, x, &factor, bStep: 0, into: y, count: range.count)
      context.kernels.apply(.sigmoid, y, into: y, count: range.count)
      context.kernels.combine(.multiply, x, y, into: y, count: range.count)
    }
  }
}

/// The tanh approximation of Gelu after the addition of a bias.
///
/// X [..., D], bias? [D] -> Y as X, float32. Source: onnxruntime, com.microsoft.FastGelu.
struct FastGelu: BiasedGelu {
  static let onnxName = "FastGelu"
  static let function = ScalarFunction.geluTanh
  init(from attributes: inout AttributeReader) throws {}
}

/// Gelu after the addition of a bias.
///
/// A [..., D], B [D] -> C as A, float32. Source: onnxruntime, com.microsoft.BiasGelu.
struct BiasGelu: BiasedGelu {
  static let onnxName = "BiasGelu"
  static let function = ScalarFunction.gelu
  init(from attributes: inout AttributeReader) throws {}
}

/// A function of the sum of a tensor and a vector along its last dimension, which may be left out.
protocol BiasedGelu: Operator {
  static var function: ScalarFunction { get }
}

extension BiasedGelu {
  static var domain: String { "com.microsoft" }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.requiredFloat(0, "X")
    if inputs.optional(1) != nil {
      let bias = try inputs.requiredFloat(1, "bias").shape
      guard bias.count == 1, bias[0] == input.shape.last else { throw ShapeError("bias \(bias) for \(input.shape)") }
    }
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    guard let bias = inputs.optional(1) else { return Self.function.apply(input, into: output, using: context) }
    let size = bias.elementCount
    guard size > 0 else { return }
    nonisolated(unsafe) let (source, target, addend) = (input.floats, output.floats, bias.floats)
    context.parallelRanges(input.elementCount / size, grain: max(1, Elementwise.grain / size)) { range in
      for row in range {
        let y = target + row * size
        context.kernels.combine(.add, source + row * size, addend, into: y, count: size)
        context.kernels.apply(Self.function, y, into: y, count: size)
      }
    }
  }
}
