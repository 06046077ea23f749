/// An element-wise function of one operand of any number type.
protocol NumberFunction: Operator {
  init()
  static func apply<T: Number>(_ x: T) -> T
}

extension NumberFunction {
  public static var aliasing: Aliasing { .inPlace }

  init(from attributes: inout AttributeReader) throws { self.init() }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    try input.elementType.checkNumber()
    return [TensorType(input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let work = NumberFunctionWork<Self>(
      input: try inputs.required(0), output: try outputs.required(0), context: context)
    try work.output.elementType.dispatch(work)
  }
}

private struct NumberFunctionWork<Function: NumberFunction>: NumberWork {
  let input: Tensor
  let output: Tensor
  let context: ExecutionContext

  func run<T: Number>(_ type: T.Type) {
    Elementwise.unary(input, into: output, context) { (x: T) -> T in Function.apply(x) }
  }
}

struct Abs: NumberFunction {
  static let onnxName = "Abs"
  @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.magnitude(x) }
}

struct Neg: NumberFunction {
  static let onnxName = "Neg"
  // Not 0 - x, which would turn -0 into 0.
  @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.multiply(x, T.subtract(T.zero, T.one)) }
}

/// -1, 0 or 1; NaN stays NaN.
struct Sign: NumberFunction {
  static let onnxName = "Sign"
  @inline(__always) static func apply<T: Number>(_ x: T) -> T {
    x > T.zero ? T.one : x < T.zero ? T.subtract(T.zero, T.one) : x.isNaN ? x : T.zero
  }
}
