import Foundation

/// `max(X, 0)`, float32.
///
/// Source: ONNX Relu.
struct Relu: ElementwiseFunction, FusableActivation {
  static let onnxName = "Relu"
  init(from attributes: inout AttributeReader) throws {}
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .relu }
  package func activation(for inputs: [TensorType?]) -> Activation? { .relu }
}

/// `X` where it is not negative, else `alpha · X`.
///
/// Source: ONNX LeakyRelu.
struct LeakyRelu: ElementwiseFunction, FusableActivation {
  static let onnxName = "LeakyRelu"
  let alpha: Float
  init(from attributes: inout AttributeReader) throws { alpha = try attributes.float("alpha", default: 0.01) }
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .leakyRelu(slope: alpha) }
  package func activation(for inputs: [TensorType?]) -> Activation? { .leakyRelu(slope: alpha) }
}

/// `1 / (1 + exp(-X))`.
///
/// Source: ONNX Sigmoid.
struct Sigmoid: ElementwiseFunction, FusableActivation {
  static let onnxName = "Sigmoid"
  init(from attributes: inout AttributeReader) throws {}
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .sigmoid }
  package func activation(for inputs: [TensorType?]) -> Activation? { .sigmoid }
}

/// The hyperbolic tangent.
///
/// Source: ONNX Tanh.
struct Tanh: ElementwiseFunction, FusableActivation {
  static let onnxName = "Tanh"
  init(from attributes: inout AttributeReader) throws {}
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .tanh }
  package func activation(for inputs: [TensorType?]) -> Activation? { .tanh }
}

/// `X · max(0, min(1, X / 6 + 0.5))`.
///
/// Source: ONNX HardSwish, opset 14.
struct HardSwish: ElementwiseFunction, FusableActivation {
  static let onnxName = "HardSwish"
  init(from attributes: inout AttributeReader) throws {}
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .hardSwish }
  package func activation(for inputs: [TensorType?]) -> Activation? { .hardSwish }
}

/// `max(0, min(1, alpha · X + beta))`.
///
/// Source: ONNX HardSigmoid.
struct HardSigmoid: ElementwiseFunction, FusableActivation {
  static let onnxName = "HardSigmoid"
  let alpha: Float
  let beta: Float
  init(from attributes: inout AttributeReader) throws {
    alpha = try attributes.float("alpha", default: 0.2)
    beta = try attributes.float("beta", default: 0.5)
  }
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .hardSigmoid(alpha: alpha, beta: beta) }
  package func activation(for inputs: [TensorType?]) -> Activation? { .hardSigmoid(alpha: alpha, beta: beta) }
}

/// The error function.
///
/// Source: ONNX Erf.
struct Erf: ElementwiseFunction {
  static let onnxName = "Erf"
  init(from attributes: inout AttributeReader) throws {}
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .erf }
}

/// The exponential.
///
/// Source: ONNX Exp.
struct Exp: ElementwiseFunction {
  static let onnxName = "Exp"
  init(from attributes: inout AttributeReader) throws {}
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .exp }
}

/// `X · Φ(X)` with the normal distribution function, or its tanh approximation.
///
/// Source: ONNX Gelu, opset 20.
struct Gelu: ElementwiseFunction {
  static let onnxName = "Gelu"
  let isApproximate: Bool
  init(from attributes: inout AttributeReader) throws {
    let approximation = try attributes.string("approximate", default: "none")
    guard approximation == "none" || approximation == "tanh" else {
      throw ShapeError("approximate '\(approximation)' is not one of none, tanh")
    }
    isApproximate = approximation == "tanh"
  }
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { isApproximate ? .geluTanh : .gelu }
}

/// `X` where it is positive, else `alpha · (exp(X) - 1)`.
///
/// Source: ONNX Elu.
struct Elu: ElementwiseFunction {
  static let onnxName = "Elu"
  let alpha: Float
  init(from attributes: inout AttributeReader) throws { alpha = try attributes.float("alpha", default: 1) }
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .elu(alpha: alpha, gamma: 1) }
}

/// `gamma · X` where X is positive, else `gamma · alpha · (exp(X) - 1)`.
///
/// Source: ONNX Selu.
struct Selu: ElementwiseFunction {
  static let onnxName = "Selu"
  let alpha: Float
  let gamma: Float
  init(from attributes: inout AttributeReader) throws {
    alpha = try attributes.float("alpha", default: 1.6732632)
    gamma = try attributes.float("gamma", default: 1.0507010)
  }
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .elu(alpha: alpha, gamma: gamma) }
}

/// `log(1 + exp(X))`.
///
/// Source: ONNX Softplus.
struct Softplus: ElementwiseFunction {
  static let onnxName = "Softplus"
  init(from attributes: inout AttributeReader) throws {}
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .softplus }
}

/// `X / (1 + |X|)`.
///
/// Source: ONNX Softsign.
struct Softsign: ElementwiseFunction {
  static let onnxName = "Softsign"
  init(from attributes: inout AttributeReader) throws {}
  func function(for inputs: [TensorType?]) throws -> ScalarFunction? { .softsign }
}
