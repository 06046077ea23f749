/// Moves X towards zero by `bias` where it is beyond `lambd` on either side; 0 in between.
///
/// X of any number type -> Y of the same type and shape. Source: ONNX Shrink, opset 9 on.
struct Shrink: Operator {
  static let onnxName = "Shrink"
  static var aliasing: Aliasing { .inPlace }
  let bias: Float
  let threshold: Float

  init(from attributes: inout AttributeReader) throws {
    bias = try attributes.float("bias", default: 0)
    threshold = try attributes.float("lambd", default: 0.5)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    try input.elementType.checkNumber()
    return [TensorType(input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let input = try inputs.required(0)
    try input.elementType.dispatch(
      Work(
        input: input, output: try outputs.required(0), bias: Double(bias), threshold: Double(threshold),
        context: context))
  }

  private struct Work: NumberWork {
    let input: Tensor
    let output: Tensor
    let bias: Double
    let threshold: Double
    let context: ExecutionContext

    func run<T: Number>(_ type: T.Type) {
      Elementwise.unary(input, into: output, context) { (x: T) -> T in
        let value = x.double
        if value < -threshold { return T(converting: value + bias) }
        return value > threshold ? T(converting: value - bias) : T.zero
      }
    }
  }
}

/// `X` where it is greater than `alpha`, else 0.
///
/// Source: ONNX ThresholdedRelu, opset 10 on.
struct ThresholdedRelu: ElementwiseFunction {
  static let onnxName = "ThresholdedRelu"
  let alpha: Float
  init(from attributes: inout AttributeReader) throws { alpha = try attributes.float("alpha", default: 1) }
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .thresholdedRelu(threshold: alpha) }
}
