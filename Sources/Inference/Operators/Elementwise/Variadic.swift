/// An element-wise function of one or more operands of one type, with broadcasting, folded from the left.
///
/// Source: ONNX Max, Min, Sum, Mean, opset 8 on.
protocol VariadicArithmetic: Operator, ArithmeticFunction {
  init()
  /// Whether the folded result is divided by the number of operands.
  static var averages: Bool { get }
}

extension VariadicArithmetic {
  static var averages: Bool { false }

  init(from attributes: inout AttributeReader) throws { self.init() }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let first = try inputs.required(0, "data_0")
    let types = try inputs.indices.map { try inputs.required($0, "data_\($0)") }
    guard types.allSatisfy({ $0.elementType == first.elementType }) else {
      throw ShapeError("operands of different element types")
    }
    try first.elementType.checkNumber()
    return [TensorType(first.elementType, try broadcastShape(types.map(\.shape)))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (operands, output) = (try inputs.indices.map { try inputs.required($0) }, try outputs.required(0))
    guard operands.count > 1 else { return copyElements(of: operands[0], to: output) }
    try Elementwise.combine(Self.self, operands[0], operands[1], into: output, context)
    for operand in operands.dropFirst(2) { try Elementwise.combine(Self.self, output, operand, into: output, context) }
    if Self.averages {
      try output.elementType.dispatch(Division(tensor: output, divisor: operands.count, context: context))
    }
  }
}

private struct Division: NumberWork {
  let tensor: Tensor
  let divisor: Int
  let context: ExecutionContext

  func run<T: Number>(_ type: T.Type) {
    let divisor = T(converting: Double(divisor))
    Elementwise.unary(tensor, into: tensor, context) { (a: T) -> T in T.divide(a, divisor) }
  }
}

struct Max: VariadicArithmetic {
  static let onnxName = "Max"
  static let vectorOperation = VectorOperation.maximum
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> T { T.greater(left, right) }
}

struct Min: VariadicArithmetic {
  static let onnxName = "Min"
  static let vectorOperation = VectorOperation.minimum
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> T { T.lesser(left, right) }
}

struct Sum: VariadicArithmetic {
  static let onnxName = "Sum"
  static let vectorOperation = VectorOperation.add
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> T { T.add(left, right) }
}

struct Mean: VariadicArithmetic {
  static let onnxName = "Mean"
  static let vectorOperation = VectorOperation.add
  static let averages = true
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> T { T.add(left, right) }
}
