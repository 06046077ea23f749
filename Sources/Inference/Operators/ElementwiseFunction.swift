/// An operator that applies one float32 function of constant parameters to every element: X -> Y of the same shape.
protocol ElementwiseFunction: Operator {
  /// The function; `nil` where a parameter is an input whose value is not known yet.
  func function(for inputs: [TensorType?]) throws -> ScalarFunction?
}

extension ElementwiseFunction {
  static var aliasing: Aliasing { .inPlace }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    [TensorType(.float32, try inputs.requiredFloat(0, "X").shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    guard let function = try function(for: inputs.knownTypes) else { throw ShapeError("a parameter has no value") }
    function.apply(input, into: output, using: context)
  }
}

/// An operator that can be applied while a convolution or matrix product stores its result.
package protocol FusableActivation: Operator {
  /// The activation, bit for bit the operator's own function; `nil` where it cannot be fused.
  func activation(for inputs: [TensorType?]) -> Activation?
}
