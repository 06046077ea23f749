/// Normalises each group of channels of each sample to mean 0 and variance 1, then scales and shifts.
///
/// [N, C, ...] float32. Up to opset 20 scale and bias are per group, from 21 on per channel.
/// Source: ONNX GroupNormalization; Wu and He, "Group Normalization", ECCV 2018.
struct GroupNormalization: Operator {
  static let onnxName = "GroupNormalization"
  let epsilon: Float
  let groups: Int
  let isPerGroup: Bool

  init(from attributes: inout AttributeReader) throws {
    epsilon = try attributes.float("epsilon", default: 1e-5)
    groups = try attributes.int("num_groups", default: 0)
    isPerGroup = attributes.opset < 21
    _ = try attributes.intIfPresent("stash_type")
    guard groups > 0 else { throw ShapeError("attribute 'num_groups' must be positive") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard input.elementType == .float32, input.shape.count >= 2, input.shape[1] % groups == 0 else {
      throw ShapeError("\(input.elementType) tensor of shape \(input.shape) in \(groups) groups")
    }
    for (index, name) in [(1, "scale"), (2, "bias")] {
      let factor = try inputs.required(index, name)
      guard factor.elementType == .float32, factor.shape == [isPerGroup ? groups : input.shape[1]] else {
        throw ShapeError("'\(name)' of shape \(factor.shape) for \(input.shape)")
      }
    }
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, scale, bias) = (try inputs.required(0), try inputs.required(1), try inputs.required(2))
    normalize(
      input, groups: groups, epsilon: epsilon, scale: scale, bias: bias, into: try outputs.required(0), context)
  }
}

/// Normalises each channel of each sample; GroupNormalization with a group per channel.
///
/// [N, C, ...] float32, scale and bias [C]. Source: ONNX InstanceNormalization, opset 6 on.
struct InstanceNormalization: Operator {
  static let onnxName = "InstanceNormalization"
  let epsilon: Float

  init(from attributes: inout AttributeReader) throws { epsilon = try attributes.float("epsilon", default: 1e-5) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    guard input.elementType == .float32, input.shape.count >= 2 else {
      throw ShapeError("\(input.elementType) tensor of shape \(input.shape)")
    }
    for (index, name) in [(1, "scale"), (2, "B")] {
      let factor = try inputs.required(index, name)
      guard factor.elementType == .float32, factor.shape == [input.shape[1]] else {
        throw ShapeError("'\(name)' of shape \(factor.shape) for \(input.shape)")
      }
    }
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, scale, bias) = (try inputs.required(0), try inputs.required(1), try inputs.required(2))
    normalize(
      input, groups: input.shape[1], epsilon: epsilon, scale: scale, bias: bias, into: try outputs.required(0), context)
  }
}

/// The mean is taken first and the variance from the differences, both in `Double`: one pass would cancel.
private func normalize(
  _ input: Tensor, groups: Int, epsilon: Float, scale: Tensor, bias: Tensor, into output: Tensor,
  _ context: ExecutionContext
) {
  let channels = input.shape[1] / max(1, groups)
  let plane = input.shape[2...].reduce(1, *)
  let count = channels * plane
  let factorsPerGroup = scale.elementCount / max(1, groups)
  nonisolated(unsafe) let (source, target) = (input.floats, output.floats)
  nonisolated(unsafe) let (scales, biases) = (scale.floats, bias.floats)
  context.parallel(input.shape[0] * groups) { index in
    let (x, y) = (source + index * count, target + index * count)
    var sum = 0.0
    for position in 0..<count { sum += Double(x[position]) }
    let mean = sum / Double(max(1, count))
    var squares = 0.0
    for position in 0..<count {
      let difference = Double(x[position]) - mean
      squares += difference * difference
    }
    let inverse = 1 / (squares / Double(max(1, count)) + Double(epsilon)).squareRoot()
    for channel in 0..<channels {
      let factor = index % groups * factorsPerGroup + (factorsPerGroup > 1 ? channel : 0)
      let slope = Float(inverse) * scales[factor]
      let shift = biases[factor] - Float(mean) * slope
      for position in channel * plane..<(channel + 1) * plane { y[position] = x[position] * slope + shift }
    }
  }
}
