/// The activation that onnxruntime's fused operators name in an attribute.
enum FusedActivation {
  /// Throws `ShapeError` where the name or the number of parameters is not known; `nil` without a name.
  static func named(_ name: String?, _ parameters: [Float]) throws -> Activation? {
    func parameter(_ index: Int, _ value: Float) -> Float { index < parameters.count ? parameters[index] : value }
    switch name {
    case nil, "", "Identity": return nil
    case "Relu": return .relu
    case "Sigmoid": return .sigmoid
    case "Tanh": return .tanh
    case "HardSwish": return .hardSwish
    case "LeakyRelu": return .leakyRelu(slope: parameter(0, 0.01))
    case "HardSigmoid": return .hardSigmoid(alpha: parameter(0, 0.2), beta: parameter(1, 0.5))
    case "Clip":
      return .clip(
        low: parameter(0, -.greatestFiniteMagnitude), high: parameter(1, .greatestFiniteMagnitude))
    case let name?:
      throw ShapeError(
        "activation '\(name)' is not one of Relu, Sigmoid, Tanh, HardSwish, LeakyRelu, HardSigmoid, Clip")
    }
  }
}
