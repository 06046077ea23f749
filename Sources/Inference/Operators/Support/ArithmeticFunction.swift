/// A function of two numbers of one type, for the vector kernels and for every type.
protocol ArithmeticFunction: Sendable {
  /// What the float32 kernels do.
  static var vectorOperation: VectorOperation { get }
  /// What is done to every other type.
  static func apply<T: Number>(_ left: T, _ right: T) -> T
}

extension Elementwise {
  /// Applies a function to two operands of the output's type; `output` may be an operand of its shape.
  static func combine<Function: ArithmeticFunction>(
    _ function: Function.Type, _ left: Tensor, _ right: Tensor, into output: Tensor, _ context: ExecutionContext
  ) throws {
    if output.elementType == .float32 {
      combine(Function.vectorOperation, left, right, into: output, context)
    } else {
      try output.elementType.dispatch(
        Combination<Function>(left: left, right: right, output: output, context: context))
    }
  }

  private struct Combination<Function: ArithmeticFunction>: NumberWork {
    let left: Tensor
    let right: Tensor
    let output: Tensor
    let context: ExecutionContext

    func run<T: Number>(_ type: T.Type) {
      Elementwise.binary(left, right, into: output, context) { (a: T, b: T) -> T in Function.apply(a, b) }
    }
  }
}
