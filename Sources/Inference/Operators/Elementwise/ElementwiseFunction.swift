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

/// An operator that can be applied while a convolution or matrix product stores its result.
package protocol FusableActivation: Operator {
  /// The activation, bit for bit the operator's own function; `nil` where it cannot be fused.
  func activation(for inputs: [TensorType?]) -> Activation?
}
