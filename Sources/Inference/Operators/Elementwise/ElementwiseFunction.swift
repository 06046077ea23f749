/// An operator that applies one function of constant parameters to every element: X -> Y of the same shape.
///
/// float32 by the vector kernels, float64 element by element.
protocol ElementwiseFunction: Operator {
  /// The function; `nil` where a parameter is an input whose value is not known yet.
  func function(for inputs: [TensorType?]) throws -> ScalarFunction?
}

extension ElementwiseFunction {
  static var aliasing: Aliasing { .inPlace }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard input.elementType == .float32 || input.elementType == .float64 else {
      throw ShapeError("element type \(input.elementType) is not supported here")
    }
    return [TensorType(input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    guard let function = try function(for: inputs.knownTypes) else { throw ShapeError("a parameter has no value") }
    if output.elementType == .float32 {
      function.apply(input, into: output, using: context)
    } else {
      Elementwise.unary(input, into: output, context) { (x: Double) -> Double in function(x) }
    }
  }
}

extension ElementwiseFunction {
  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty, outputs.optional(0)?.elementType == .float32, let function = try function(for: inputs)
    else {
      return nil
    }
    return FunctionKernel(function: function)
  }
}

private struct FunctionKernel: InPlaceKernel {
  let function: ScalarFunction

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    function.apply(try inputs.required(0, "X"), into: try outputs.required(0, "Y"), using: context)
  }
}

/// An operator that can be applied while a convolution or matrix product stores its result.
package protocol FusableActivation: Operator {
  /// The activation, bit for bit the operator's own function; `nil` where it cannot be fused.
  func activation(for inputs: [TensorType?]) -> Activation?
}
