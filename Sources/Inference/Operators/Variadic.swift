/// An element-wise function of one or more operands of one type, with broadcasting, folded from the left.
///
/// Source: ONNX Max, Min, Sum, Mean, opset 8 on.
protocol VariadicArithmetic: Operator {
  init()
  /// What the float32 kernels do.
  static var vectorOperation: VectorOperation { get }
  /// What is done to every other type.
  static func apply<T: Number>(_ left: T, _ right: T) -> T
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
    let work = VariadicWork<Self>(
      inputs: try inputs.indices.map { try inputs.required($0) }, output: try outputs.required(0), context: context)
    try work.output.elementType.dispatch(work)
  }
}

private struct VariadicWork<Function: VariadicArithmetic>: NumberWork {
  let inputs: [Tensor]
  let output: Tensor
  let context: ExecutionContext

  func run<T: Number>(_ type: T.Type) throws {
    if inputs.count == 1 {
      try StridedCopy.run(
        inputs[0], strides: rowMajorStrides(inputs[0].shape), shape: inputs[0].shape, into: output, context)
    } else {
      fold(type, inputs[0], inputs[1])
      for input in inputs.dropFirst(2) { fold(type, output, input) }
    }
    if Function.averages, inputs.count > 1 {
      let count = T(converting: Double(inputs.count))
      Elementwise.unary(output, into: output, context) { (a: T) -> T in T.divide(a, count) }
    }
  }

  private func fold<T: Number>(_ type: T.Type, _ left: Tensor, _ right: Tensor) {
    if output.elementType == .float32 {
      Elementwise.combine(Function.vectorOperation, left, right, into: output, context)
    } else {
      Elementwise.binary(left, right, into: output, context) { (a: T, b: T) -> T in Function.apply(a, b) }
    }
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
