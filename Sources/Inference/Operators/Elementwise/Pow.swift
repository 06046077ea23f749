import Foundation

/// Power `X ^ Y` with broadcasting; the result has the type of X, and Y may have another.
///
/// Source: ONNX Pow, opset 7 on.
struct Pow: Operator {
  static let onnxName = "Pow"
  static var aliasing: Aliasing { .inPlace }

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (base, exponent) = (try inputs.required(0, "X"), try inputs.required(1, "Y"))
    try base.elementType.checkNumber()
    try exponent.elementType.checkNumber()
    return [TensorType(base.elementType, try broadcastShape([base.shape, exponent.shape]))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (base, exponent, output) = (try inputs.required(0), try inputs.required(1), try outputs.required(0))
    let exponents = Tensor(zeros: .float64, shape: exponent.shape)
    try Cast.convert(exponent, into: exponents, context)
    try base.elementType.dispatch(Work(base: base, exponent: exponents, output: output, context: context))
  }

  private struct Work: NumberWork {
    let base: Tensor
    let exponent: Tensor
    let output: Tensor
    let context: ExecutionContext

    func run<T: Number>(_ type: T.Type) {
      let only =
        exponent.elementCount == 1 && output.elementCount == base.elementCount ? exponent.pointer()[0] : Double.nan
      switch only {
      case 2 where T.self == Float.self: Elementwise.combine(.multiply, base, base, into: output, context)
      case 2: Elementwise.unary(base, into: output, context) { (x: T) -> T in T.multiply(x, x) }
      case 3: Elementwise.unary(base, into: output, context) { (x: T) -> T in T.multiply(T.multiply(x, x), x) }
      default:
        Elementwise.binary(base, exponent, into: output, context) { (x: T, y: Double) -> T in T.power(x, y) }
      }
    }
  }
}
