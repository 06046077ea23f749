import Foundation

/// `max(0, X) + min(0, alpha · (exp(X / alpha) - 1))`.
///
/// X -> Y of the same shape, float32. Source: ONNX Celu, opset 12 on; Barron, "Continuously differentiable exponential
/// linear units", 2017.
struct Celu: Operator {
  static let onnxName = "Celu"
  static var aliasing: Aliasing { .inPlace }
  let alpha: Float

  init(from attributes: inout AttributeReader) throws {
    alpha = try attributes.float("alpha", default: 1)
    guard alpha != 0 else { throw ShapeError("attribute 'alpha' of Celu must not be 0") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    [TensorType(.float32, try inputs.requiredFloat(0, "X").shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let alpha = self.alpha
    Elementwise.unary(try inputs.required(0), into: try outputs.required(0), context) { (x: Float) -> Float in
      max(0, x) + min(0, alpha * expm1f(x / alpha))
    }
  }
}
