import Inference

/// The activation function behind a layer.
enum Nonlinearity: Sendable {
  case relu
  case relu6
  case leakyRelu(slope: Float)
  case hardSwish
  /// x · sigmoid(x), as two operators.
  case silu
  case sigmoid

  /// What the function makes of a signal, about.
  ///
  /// Exact for ReLU over balanced input. The smooth ones keep 1/3 of standard normal input and 1/2 of large one.
  func signal(of input: Signal) -> Signal {
    let isCentred = input.isCentred
    switch self {
    case .relu, .relu6: return input.scaled(isCentred ? 0.5 : 0.9, isCentred: false)
    case .leakyRelu: return input.scaled(isCentred ? 0.5 : 0.9, isCentred: false)
    case .hardSwish: return input.scaled(0.36, isCentred: false)
    case .silu: return input.scaled(0.4, isCentred: false)
    case .sigmoid: return Signal(power: 0.3, isCentred: false)
    }
  }
}

extension NetworkBuilder {
  mutating func activation(_ name: String, _ input: ValueID, _ function: Nonlinearity) throws -> ValueID {
    let result = function.signal(of: signal(of: input))
    switch function {
    case .relu: return try apply("Relu", name, [input], signal: result)
    case .relu6:
      let bounds = [scalar("\(name).min", 0), scalar("\(name).max", 6)]
      return try apply("Clip", name, [input] + bounds, signal: result)
    case .leakyRelu(let slope): return try apply("LeakyRelu", name, [input], ["alpha": .float(slope)], signal: result)
    case .hardSwish: return try apply("HardSwish", name, [input], signal: result)
    case .silu:
      let gate = try apply("Sigmoid", "\(name).sigmoid", [input])
      return try apply("Mul", "\(name).mul", [input, gate], signal: result)
    case .sigmoid: return try apply("Sigmoid", name, [input], signal: result)
    }
  }
}
