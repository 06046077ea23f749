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

  /// The kernel of a function of two float32 operands; `nil` for other types.
  static func kernel(
    _ operation: VectorOperation, for inputs: [TensorType?], outputs: [TensorType?]
  ) -> (any PreparedKernel)? {
    guard let left = inputs.optional(0), let right = inputs.optional(1), let output = outputs.optional(0),
      [left, right, output].allSatisfy({ $0.elementType == .float32 })
    else { return nil }
    return CombinationKernel(
      operation: operation, walk: StridedWalk(broadcasting: [left.shape, right.shape], to: output.shape))
  }

  private struct CombinationKernel: InPlaceKernel {
    let operation: VectorOperation
    let walk: StridedWalk

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      Elementwise.combine(
        operation, try inputs.required(0), try inputs.required(1), into: try outputs.required(0), by: walk, context)
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
