/// `X · sigmoid(alpha · X)`.
///
/// X -> Y of the same shape, float32. Source: ONNX Swish, opset 24 on; Ramachandran et al., "Searching for activation
/// functions", 2017.
struct Swish: GatedFunction {
  static let onnxName = "Swish"
  let alpha: Float
  init(from attributes: inout AttributeReader) throws { alpha = try attributes.float("alpha", default: 1) }
  var gate: [ScalarFunction] { alpha == 1 ? [.sigmoid] : [.affine(scale: alpha, shift: 0), .sigmoid] }
}

/// `X · tanh(log(1 + exp(X)))`.
///
/// X -> Y of the same shape, float32. Source: ONNX Mish, opset 18 on; Misra, "Mish: a self regularized non-monotonic
/// activation function", 2019.
struct Mish: GatedFunction {
  static let onnxName = "Mish"
  init(from attributes: inout AttributeReader) throws {}
  var gate: [ScalarFunction] { [.softplus, .tanh] }
}

/// An operator that multiplies its input with a function of it.
protocol GatedFunction: Operator {
  /// The functions whose composition, the first one innermost, is the factor.
  var gate: [ScalarFunction] { get }
}

extension GatedFunction {
  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    [TensorType(.float32, try inputs.requiredFloat(0, "X").shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    nonisolated(unsafe) let (source, target) = (try inputs.required(0).floats, try outputs.required(0).floats)
    let gate = self.gate
    // Blocks that stay in the first cache between the passes.
    context.parallelRanges(try outputs.required(0).elementCount, grain: 1 << 12) { range in
      for start in stride(from: range.lowerBound, to: range.upperBound, by: 1 << 12) {
        let count = min(1 << 12, range.upperBound - start)
        var operand = source + start
        for function in gate {
          context.kernels.apply(function, operand, into: target + start, count: count)
          operand = target + start
        }
        context.kernels.combine(.multiply, operand, source + start, into: target + start, count: count)
      }
    }
  }
}
