/// A quantised tensor with its scale and zero point, from three inputs in a row.
struct QuantizedOperand: Sendable {
  let tensor: Tensor
  /// One for the whole tensor, or one per channel.
  let scales: [Float]
  let zeroPoints: [Int]

  /// Reads inputs `index`, `index + 1` and `index + 2`; the zero point may be left out.
  init(_ inputs: [Tensor?], _ index: Int) throws {
    tensor = try inputs.required(index, "tensor")
    scales = try inputs.required(index + 1, "scale").elements(as: Float.self)
    zeroPoints = inputs.optional(index + 2)?.integers() ?? [Int](repeating: 0, count: scales.count)
  }

  /// A tensor with parameters that are known already.
  init(_ tensor: Tensor, scales: [Float], zeroPoints: [Int]) {
    (self.tensor, self.scales, self.zeroPoints) = (tensor, scales, zeroPoints)
  }

  /// Checks a tensor's type and its parameters at `index + 1` and `index + 2`.
  static func check(_ inputs: [TensorType?], _ index: Int, _ name: String, channels: Int) throws {
    let type = try inputs.required(index, name).elementType
    guard type == .int8 || type == .uint8 else { throw ShapeError("\(name) is \(type), not int8 or uint8") }
    try checkParameters(inputs, index + 1, name, channels: channels)
    if let zeroPoint = inputs.optional(index + 2), zeroPoint.elementType != type {
      throw ShapeError("\(name) is \(type) with a zero point of \(zeroPoint.elementType)")
    }
  }

  /// Checks the scale at `index` and the zero point after it: one element, or one per channel.
  static func checkParameters(_ inputs: [TensorType?], _ index: Int, _ name: String, channels: Int) throws {
    let scale = try inputs.requiredFloat(index, "\(name)_scale")
    let zeroPoint = inputs.optional(index + 1)
    guard scale.elementCount == 1 || scale.elementCount == channels,
      zeroPoint.map({ $0.elementCount == scale.elementCount }) ?? true
    else { throw ShapeError("\(name): scale \(scale.shape) and zero point \(zeroPoint?.shape ?? []) do not fit") }
    guard zeroPoint.map({ $0.elementType == .int8 || $0.elementType == .uint8 }) ?? true else {
      throw ShapeError("\(name): the zero point must be int8 or uint8")
    }
  }

  /// Element `index` of all scales, which may be one for all.
  func scale(_ index: Int) -> Float { scales.count == 1 ? scales[0] : scales[index] }

  /// The real values, where there is one scale.
  func dequantized() -> [Float] {
    let (scale, zero) = (scales[0], zeroPoints[0])
    let count = tensor.elementCount
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = count
      guard let base = buffer.baseAddress else { return }
      QuantizedKernels.dequantize(tensor, from: 0, scale: scale, zeroPoint: zero, into: base, count: count)
    }
  }
}

/// How an exact integer sum becomes a quantised output: `saturate(round((sum + bias) · factor) + zero point)`, in float32.
///
/// onnxruntime computes the same; halves are rounded to even.
struct Requantization: Sendable {
  /// One for all channels, or one for each.
  let factors: [Float]
  /// One for each channel, or none.
  let biases: [Int32]
  let zeroPoint: Int
  let isSigned: Bool

  /// The factor is scale · left scale · right scale / output scale; `bias` has one element per channel.
  init(
    left: QuantizedOperand, right: QuantizedOperand, scale: Float = 1, outputScale: Tensor, outputZeroPoint: Tensor?,
    bias: Tensor?
  ) throws {
    let zero = outputZeroPoint?.integers() ?? [0]
    guard let zero = zero.first, outputScale.elementCount > 0 else { throw ShapeError("y_zero_point is no integer") }
    factors = right.scales.map { scale * left.scales[0] * $0 / outputScale.floats[0] }
    biases = bias?.elements(as: Int32.self) ?? []
    zeroPoint = zero
    isSigned = outputZeroPoint?.elementType == .int8
  }

  func factor(_ channel: Int) -> Float { factors.count == 1 ? factors[0] : factors[channel] }
}
