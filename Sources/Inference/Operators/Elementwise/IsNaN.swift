/// Whether each element is not a number.
///
/// X of any float type -> bool of the same shape. Source: ONNX IsNaN, opset 9 on.
struct IsNaN: FloatTest {
  static let onnxName = "IsNaN"
  init(from attributes: inout AttributeReader) throws {}
  var test: @Sendable (Float) -> Bool { { $0.isNaN } }
}

/// Whether each element is infinite, of the signs asked for.
///
/// X of any float type -> bool of the same shape. Source: ONNX IsInf, opset 10 on.
struct IsInf: FloatTest {
  static let onnxName = "IsInf"
  let detectsNegative: Bool
  let detectsPositive: Bool

  init(from attributes: inout AttributeReader) throws {
    detectsNegative = try attributes.flag("detect_negative", default: true)
    detectsPositive = try attributes.flag("detect_positive", default: true)
  }

  var test: @Sendable (Float) -> Bool {
    { [detectsNegative, detectsPositive] in
      ($0 == .infinity && detectsPositive) || ($0 == -.infinity && detectsNegative)
    }
  }
}

/// A question about each element of a float tensor.
protocol FloatTest: Operator {
  var test: @Sendable (Float) -> Bool { get }
}

extension FloatTest {
  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard input.elementType.isFloat else { throw ShapeError("the operand must be a float, not \(input.elementType)") }
    return [TensorType(.bool, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output, test) = (try inputs.required(0), try outputs.required(0), self.test)
    switch input.elementType {
    case .float32: Elementwise.unary(input, into: output, context) { (x: Float) -> Bool in test(x) }
    case .float64:
      // Not converted to float, which makes infinities of large numbers.
      Elementwise.unary(input, into: output, context) { (x: Double) -> Bool in
        test(x.isFinite ? 0 : Float(x))
      }
    default:
      let floats = Tensor(zeros: .float32, shape: input.shape)
      try Cast.convert(input, into: floats, context)
      Elementwise.unary(floats, into: output, context) { (x: Float) -> Bool in test(x) }
    }
  }
}
