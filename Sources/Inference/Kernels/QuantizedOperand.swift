/// A quantised tensor with its scale and zero point, from three inputs in a row.
struct QuantizedOperand: Sendable {
  let tensor: Tensor
  /// One for the whole tensor, or one per channel.
  let scales: [Float]
  let zeroPoints: [Int]

  init(tensor: Tensor, scales: [Float], zeroPoints: [Int]) {
    self.tensor = tensor
    self.scales = scales
    self.zeroPoints = zeroPoints
  }

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
  func zeroPoint(_ index: Int) -> Int { zeroPoints.count == 1 ? zeroPoints[0] : zeroPoints[index] }

  /// The stored integers; int8 or uint8.
  func integer(at index: Int) -> Int {
    tensor.elementType == .int8
      ? Int(tensor.pointer(as: Int8.self)[index]) : Int(tensor.pointer(as: UInt8.self)[index])
  }

  /// The real values, where there is one scale.
  func dequantized() -> [Float] {
    let (scale, zero) = (scales[0], zeroPoints[0])
    return (0..<tensor.elementCount).map { Float(integer(at: $0) - zero) * scale }
  }
}

/// How an exact integer sum becomes a quantised output.
struct Requantization: Sendable {
  private let factors: [Float]
  private let biases: [Int32]
  private let zeroPoint: Int
  private let isSigned: Bool

  /// The factor is left scale · right scale / output scale; `bias` has one element per channel.
  init(
    left: QuantizedOperand, right: QuantizedOperand, outputScale: Tensor, outputZeroPoint: Tensor, bias: Tensor?
  ) throws {
    guard let zero = outputZeroPoint.integers()?.first else { throw ShapeError("y_zero_point is not an integer") }
    factors = right.scales.map { left.scales[0] * $0 / outputScale.floats[0] }
    biases = bias?.elements(as: Int32.self) ?? []
    zeroPoint = zero
    isSigned = outputZeroPoint.elementType == .int8
  }

  var isPerChannel: Bool { factors.count > 1 || biases.count > 1 }

  /// Writes `count` sums of one channel as bytes.
  func store(
    _ sums: UnsafePointer<Int32>, channel: Int, into target: UnsafeMutableRawPointer, count: Int,
    using kernels: Kernels
  ) {
    kernels.table.pointee.requantize(
      sums, biases.isEmpty ? 0 : biases[channel], factors.count == 1 ? factors[0] : factors[channel],
      Int32(zeroPoint), isSigned ? 1 : 0, target, count)
  }
}
