/// Quantises to uint8 with a scale and zero point found from the least and greatest element.
///
/// x float32 -> y uint8 as x, y_scale float32 [], y_zero_point uint8 []. The range always contains 0, so that 0 is
/// exact. Source: ONNX DynamicQuantizeLinear, opset 11.
struct DynamicQuantizeLinear: Operator {
  static let onnxName = "DynamicQuantizeLinear"
  static var outputsInSingle: [Int] { [1] }

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let shape = try inputs.requiredFloat(0, "x").shape
    return [TensorType(.uint8, shape), TensorType(.float32, []), TensorType(.uint8, [])]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let input = try inputs.required(0, "x")
    let (scale, zeroPoint) = DynamicRange.parameters(input.floats, count: input.elementCount, using: context)
    if let output = outputs.optional(0) {
      nonisolated(unsafe) let (source, target) = (input.floats, output.bytes)
      context.parallelRanges(input.elementCount, grain: Elementwise.grain) { range in
        QuantizedKernels.quantize(
          source + range.lowerBound, scale: scale, zeroPoint: Int(zeroPoint), isSigned: false,
          into: target + range.lowerBound, count: range.count, using: context.kernels)
      }
    }
    outputs.optional(1)?.floats[0] = scale
    outputs.optional(2)?.pointer(as: UInt8.self)[0] = zeroPoint
  }
}

/// The uint8 quantisation that covers the elements of a tensor and 0.
enum DynamicRange {
  static func parameters(
    _ x: UnsafePointer<Float>, count: Int, using context: ExecutionContext
  ) -> (scale: Float, zeroPoint: UInt8) {
    var (least, greatest): (Float, Float) = (0, 0)
    for index in 0..<count {
      least = min(least, x[index])
      greatest = max(greatest, x[index])
    }
    let scale = greatest == least ? 1 : (greatest - least) / 255
    let zero = min(255, max(0, -least / scale)).rounded(.toNearestOrEven)
    return (scale, UInt8(converting: Double(zero)))
  }
}
