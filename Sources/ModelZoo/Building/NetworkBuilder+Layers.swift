import Inference

extension NetworkBuilder {
  /// A convolution [N, C, H, W] -> [N, channels, H', W'], without a bias unless asked for.
  mutating func convolution(
    _ name: String, _ input: ValueID, _ channels: Int, _ window: Window, groups: Int = 1, hasBias: Bool = false
  ) throws -> ValueID {
    let groupChannels = try shape(of: input)[1] / groups
    let shape = [channels, groupChannels] + window.kernel
    var inputs = [input, weight(name, shape, fanIn: groupChannels * window.area, over: input)]
    if hasBias { inputs.append(bias(name, channels)) }
    return try apply(
      "Conv", name, inputs, window.attributes.merging(["group": .int(groups)]) { $1 }, signal: .unit)
  }

  /// A convolution of each channel by itself.
  mutating func depthwise(_ name: String, _ input: ValueID, _ window: Window, hasBias: Bool = false) throws -> ValueID {
    let channels = try shape(of: input)[1]
    return try convolution(name, input, channels, window, groups: channels, hasBias: hasBias)
  }

  /// BatchNormalization with the stored statistics that training would leave, which are not all 0 and 1.
  ///
  /// `gain` is the mean of its scale: less than 1 at the end of a residual branch keeps sums from growing with depth.
  mutating func batchNormalization(_ name: String, _ input: ValueID, epsilon: Float = 1e-5, gain: Float = 1) throws
    -> ValueID
  {
    let channels = try shape(of: input)[1]
    let inputs = [
      input, parameter("\(name).weight", [channels], .uniform(low: 0.8 * gain, high: 1.2 * gain)),
      parameter("\(name).bias", [channels], .normal(deviation: 0.05)),
      parameter("\(name).running_mean", [channels], .normal(deviation: 0.05)),
      parameter("\(name).running_var", [channels], .uniform(low: 0.5, high: 1.5)),
    ]
    // Over variances in [0.5, 1.5], 1 / variance is ln 3 on average.
    let result = signal(of: input).scaled(1.1 * gain * gain)
    return try apply("BatchNormalization", name, inputs, ["epsilon": .float(epsilon)], signal: result)
  }

  /// Convolution, BatchNormalization and activation, numbered 0, 1, 2 below `name`: torchvision's
  /// `Conv2dNormActivation`.
  mutating func convolutionUnit(
    _ name: String, _ input: ValueID, _ channels: Int, _ window: Window, groups: Int = 1, epsilon: Float = 1e-5,
    gain: Float = 1, _ function: Nonlinearity?
  ) throws -> ValueID {
    var value = try convolution("\(name).0", input, channels, window, groups: groups)
    value = try batchNormalization("\(name).1", value, epsilon: epsilon, gain: gain)
    return try function.map { try activation("\(name).2", value, $0) } ?? value
  }

  /// The same for a convolution of each channel by itself.
  mutating func depthwiseUnit(
    _ name: String, _ input: ValueID, _ window: Window, epsilon: Float = 1e-5, _ function: Nonlinearity
  ) throws -> ValueID {
    let channels = try shape(of: input)[1]
    return try convolutionUnit(name, input, channels, window, groups: channels, epsilon: epsilon, function)
  }

  /// A fully connected layer [N, K] -> [N, width]: Gemm with the weights as [width, K].
  mutating func linear(_ name: String, _ input: ValueID, _ width: Int) throws -> ValueID {
    let fanIn = try shape(of: input)[1]
    let inputs = [input, weight(name, [width, fanIn], fanIn: fanIn, over: input), bias(name, width)]
    return try apply("Gemm", name, inputs, ["transB": .int(1)], signal: .unit)
  }

  mutating func maxPool(_ name: String, _ input: ValueID, _ window: Window, roundsUp: Bool = false) throws -> ValueID {
    let attributes = window.attributes.merging(["ceil_mode": .int(roundsUp ? 1 : 0)]) { $1 }
    // The largest of a few correlated elements: about twice the mean square for 2 x 2, thrice for 3 x 3.
    let result = signal(of: input).scaled(Float(window.area).squareRoot(), isCentred: false)
    return try apply("MaxPool", name, [input], attributes, signal: result)
  }

  /// An average pool that counts padding as zeros, as PyTorch does.
  mutating func averagePool(_ name: String, _ input: ValueID, _ window: Window) throws -> ValueID {
    let attributes = window.attributes.merging(["count_include_pad": .int(1)]) { $1 }
    return try apply("AveragePool", name, [input], attributes, signal: averaged(input, over: window.area))
  }

  /// The mean over height and width, [N, C, H, W] -> [N, C, 1, 1].
  mutating func globalAveragePool(_ name: String, _ input: ValueID) throws -> ValueID {
    let area = try shape(of: input)[2...].reduce(1, *)
    return try apply("GlobalAveragePool", name, [input], signal: averaged(input, over: area))
  }

  /// [N, C, H, W] -> [N, C·H·W].
  mutating func flatten(_ name: String, _ input: ValueID) throws -> ValueID {
    try apply("Flatten", name, [input], ["axis": .int(1)])
  }

  mutating func add(_ name: String, _ left: ValueID, _ right: ValueID) throws -> ValueID {
    try apply("Add", name, [left, right], signal: signal(of: left) + signal(of: right))
  }

  /// Joins values along their channels.
  mutating func concatenate(_ name: String, _ inputs: [ValueID]) throws -> ValueID {
    var power: Float = 0
    var total = 0
    for input in inputs {
      let channels = try shape(of: input)[1]
      power += signal(of: input).power * Float(channels)
      total += channels
    }
    let isCentred = inputs.allSatisfy { signal(of: $0).isCentred }
    let result = Signal(power: power / Float(total), isCentred: isCentred)
    return try apply("Concat", name, inputs, ["axis": .int(1)], signal: result)
  }

  /// Squeeze-and-excitation: scales each channel by a gate computed from the means of all channels.
  ///
  /// Named as torchvision's `SqueezeExcitation`. Source: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018.
  mutating func squeezeExcitation(
    _ name: String, _ input: ValueID, squeezedTo channels: Int, _ function: Nonlinearity, gate: Gate
  ) throws -> ValueID {
    let expanded = try shape(of: input)[1]
    var value = try globalAveragePool("\(name).avgpool", input)
    value = try convolution("\(name).fc1", value, channels, Window(1), hasBias: true)
    value = try activation("\(name).activation", value, function)
    value = try convolution("\(name).fc2", value, expanded, Window(1), hasBias: true)
    switch gate {
    case .sigmoid: value = try apply("Sigmoid", "\(name).scale_activation", [value])
    case .hardSigmoid:
      let attributes: [String: Attribute] = ["alpha": .float(1 / 6), "beta": .float(0.5)]
      value = try apply("HardSigmoid", "\(name).scale_activation", [value], attributes)
    }
    return try apply("Mul", "\(name).mul", [input, value], signal: signal(of: input).scaled(0.4))
  }

  /// The function that makes a gate in (0, 1).
  enum Gate: Sendable { case sigmoid, hardSigmoid }

  /// An average keeps the square of the mean, about 0.4 of a rectified signal's power, and divides the variance.
  private func averaged(_ input: ValueID, over area: Int) -> Signal {
    signal(of: input).scaled(0.4 + 0.6 / Float(area))
  }
}
