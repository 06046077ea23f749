import CKernels

/// Sum of two quantised tensors with numpy's broadcasting.
///
/// A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point -> C, uint8 or int8.
/// Source: onnxruntime, com.microsoft.QLinearAdd.
struct QLinearAdd: QuantizedElementwise {
  static let onnxName = "QLinearAdd"
  init(from attributes: inout AttributeReader) throws {}
  static let multiplies = false
  func combine(_ left: Float, _ right: Float) -> Float { left + right }
}

/// Product of two quantised tensors with numpy's broadcasting; operands as `QLinearAdd`.
///
/// Source: onnxruntime, com.microsoft.QLinearMul.
struct QLinearMul: QuantizedElementwise {
  static let onnxName = "QLinearMul"
  init(from attributes: inout AttributeReader) throws {}
  static let multiplies = true
  func combine(_ left: Float, _ right: Float) -> Float { left * right }
}

/// A binary operator on dequantised elements whose result is quantised again.
protocol QuantizedElementwise: Operator {
  /// Whether `combine` multiplies or adds.
  static var multiplies: Bool { get }
  func combine(_ left: Float, _ right: Float) -> Float
}

extension QuantizedElementwise {
  static var domain: String { "com.microsoft" }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (a, b) = (try inputs.required(0, "A"), try inputs.required(3, "B"))
    try QuantizedOperand.check(inputs, 0, "A", channels: 1)
    try QuantizedOperand.check(inputs, 3, "B", channels: 1)
    guard a.elementType == b.elementType else { throw ShapeError("\(a.elementType) and \(b.elementType) differ") }
    let rank = max(a.shape.count, b.shape.count)
    let shape = try zip(padded(a.shape, rank), padded(b.shape, rank)).map { left, right in
      guard left == right || left == 1 || right == 1 else { throw ShapeError("\(a.shape) and \(b.shape)") }
      return left == 1 ? right : left
    }
    _ = try Extent.count(of: shape)
    guard inputs.optional(6)?.elementType == .float32, inputs.optional(6)?.elementCount == 1 else {
      throw ShapeError("C_scale must be a float32 scalar")
    }
    if let zero = inputs.optional(7) {
      guard zero.elementType == a.elementType, zero.elementCount == 1 else {
        throw ShapeError("C_zero_point must be a scalar of type \(a.elementType)")
      }
    }
    return [TensorType(a.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (a, b) = (try QuantizedOperand(inputs, 0), try QuantizedOperand(inputs, 3))
    let output = try outputs.required(0, "C")
    let scale = try inputs.required(6, "C_scale").floats[0]
    let zeroPoint = inputs.optional(7)?.integers()?[0] ?? 0
    if a.tensor.shape == output.shape, b.tensor.shape == output.shape {
      nonisolated(unsafe) let (left, right, target) = (a.tensor.bytes, b.tensor.bytes, output.bytes)
      context.parallelRanges(output.elementCount, grain: 1 << 14) { range in
        var pair = ck_byte_pair(
          a: left + range.lowerBound, b: right + range.lowerBound, is_signed: output.elementType == .int8 ? 1 : 0,
          a_zero: Int32(a.zeroPoints[0]), b_zero: Int32(b.zeroPoints[0]), a_scale: a.scales[0], b_scale: b.scales[0],
          scale: scale, zero_point: Int32(zeroPoint), by_reciprocal: 0)
        context.kernels.integers.pointee.combine_bytes(
          &pair, Self.multiplies ? 1 : 0, target + range.lowerBound, range.count)
      }
      return
    }
    let (left, right) = (a.dequantized(), b.dequantized())
    let rank = output.shape.count
    let (aShape, bShape) = (padded(a.tensor.shape, rank), padded(b.tensor.shape, rank))
    var sums = [Float](repeating: 0, count: output.elementCount)
    for index in sums.indices {
      var (rest, aIndex, bIndex, aStride, bStride) = (index, 0, 0, 1, 1)
      for axis in (0..<rank).reversed() {
        let position = rest % output.shape[axis]
        rest /= output.shape[axis]
        if aShape[axis] > 1 { aIndex += position * aStride }
        if bShape[axis] > 1 { bIndex += position * bStride }
        aStride *= aShape[axis]
        bStride *= bShape[axis]
      }
      sums[index] = combine(left[aIndex], right[bIndex])
    }
    QuantizedKernels.quantize(
      sums, scale: scale, zeroPoint: zeroPoint, isSigned: output.elementType == .int8, into: output.bytes,
      count: sums.count, using: context.kernels)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty, !Self.multiplies, let a = inputs.optional(0), let b = inputs.optional(3),
      a.shape == b.shape, [1, 2, 4, 5, 6, 7].allSatisfy({ inputs.optional($0).map { $0.constant != nil } ?? true })
    else { return nil }
    return try QuantizedAddition(inputs, using: context)
  }

  private func padded(_ shape: [Int], _ rank: Int) -> [Int] {
    [Int](repeating: 1, count: rank - shape.count) + shape
  }
}
