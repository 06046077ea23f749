/// Remainder with broadcasting, with the sign of the divisor or, with `fmod`, of the dividend.
///
/// Source: ONNX Mod, opset 10 on.
struct Mod: Operator {
  static let onnxName = "Mod"
  let truncates: Bool

  init(from attributes: inout AttributeReader) throws { truncates = try attributes.flag("fmod", default: false) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (left, right) = (try inputs.required(0, "A"), try inputs.required(1, "B"))
    guard left.elementType == right.elementType else {
      throw ShapeError("operands of types \(left.elementType) and \(right.elementType)")
    }
    try left.elementType.checkNumber()
    return [TensorType(left.elementType, try broadcastShape([left.shape, right.shape]))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let work = Work(
      left: try inputs.required(0), right: try inputs.required(1), output: try outputs.required(0),
      truncates: truncates, context: context)
    try work.output.elementType.dispatch(work)
  }

  private struct Work: NumberWork {
    let left: Tensor
    let right: Tensor
    let output: Tensor
    let truncates: Bool
    let context: ExecutionContext

    func run<T: Number>(_ type: T.Type) {
      let truncates = truncates
      Elementwise.binary(left, right, into: output, context) { (a: T, b: T) -> T in
        T.remainder(a, b, truncating: truncates)
      }
    }
  }
}
