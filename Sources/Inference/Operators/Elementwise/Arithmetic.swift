/// An element-wise function of two operands of one type, with broadcasting.
///
/// A, B -> C, any number type. Source: ONNX Add, Sub, Mul, Div, opset 7 on.
protocol BinaryArithmetic: Operator, ArithmeticFunction {
  init()
}

extension BinaryArithmetic {
  public static var aliasing: Aliasing { .inPlace }

  init(from attributes: inout AttributeReader) throws { self.init() }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (left, right) = (try inputs.required(0, "A"), try inputs.required(1, "B"))
    guard left.elementType == right.elementType else {
      throw ShapeError("operands of types \(left.elementType) and \(right.elementType)")
    }
    try left.elementType.checkNumber()
    return [TensorType(left.elementType, try broadcastShape([left.shape, right.shape]))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try Elementwise.combine(
      Self.self, try inputs.required(0), try inputs.required(1), into: try outputs.required(0), context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    epilogue.isEmpty ? Elementwise.kernel(Self.vectorOperation, for: inputs, outputs: outputs) : nil
  }
}

struct Add: BinaryArithmetic {
  static let onnxName = "Add"
  static let vectorOperation = VectorOperation.add
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> T { T.add(left, right) }
}

struct Sub: BinaryArithmetic {
  static let onnxName = "Sub"
  static let vectorOperation = VectorOperation.subtract
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> T { T.subtract(left, right) }
}

struct Mul: BinaryArithmetic {
  static let onnxName = "Mul"
  static let vectorOperation = VectorOperation.multiply
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> T { T.multiply(left, right) }
}

/// Division; integers truncate towards zero, and an integer divided by 0 is 0.
struct Div: BinaryArithmetic {
  static let onnxName = "Div"
  static let vectorOperation = VectorOperation.divide
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> T { T.divide(left, right) }
}
