/// `Y = (X - zero point) · scale`.
///
/// X an integer of 2 to 16 bits, int32, or a float of 4 or 8 bits, x_scale (a scalar, [D] along `axis`, or in blocks
/// along it), x_zero_point? -> Y as X, in the type of the scale or of `output_dtype`: float32, float16 or bfloat16.
/// Computed in float32. Source: ONNX DequantizeLinear, opset 10 to 25.
struct DequantizeLinear: Operator {
  static let onnxName = "DequantizeLinear"
  let axis: Int
  let block: Int
  let outputType: ElementType?

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: 1)
    let code = try attributes.int("output_dtype", default: 0)
    outputType = ElementType(rawValue: code)
    guard code == 0 || outputType == .float32 || outputType?.isHalf == true else {
      throw ShapeError("output_dtype \(code) is not supported")
    }
    block = try attributes.int("block_size", default: 0)
    guard block >= 0 else { throw ShapeError("block_size must not be negative") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (input, scale) = (try inputs.required(0, "X"), try inputs.required(1, "x_scale"))
    guard input.elementType.quantizedRange != nil || input.elementType == .int32 || SmallFloat(input.elementType) != nil
    else { throw ShapeError("dequantizing \(input.elementType) is not supported") }
    guard scale.elementType == .float32 || scale.elementType.isHalf else {
      throw ShapeError("x_scale of element type \(scale.elementType) is not supported")
    }
    if let zeroPoint = inputs.optional(2), zeroPoint.elementType != input.elementType {
      throw ShapeError("zero point \(zeroPoint.elementType) for \(input.elementType)")
    }
    _ = try QuantizationLayout(input.shape, scale, inputs.optional(2), axis: axis, block: block)
    return [TensorType(outputType ?? scale.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let scale = try inputs.required(1, "x_scale").inSinglePrecision(context)
    let zeroPoint = inputs.optional(2)
    let layout = try QuantizationLayout(
      input.shape, TensorType(constant: scale), zeroPoint.map(TensorType.init(constant:)), axis: axis, block: block)
    let zeros = zeroPoint?.integers() ?? [Int](repeating: 0, count: scale.elementCount)
    let result = output.elementType == .float32 ? output : Tensor(zeros: .float32, shape: output.shape)
    let type = input.elementType
    context.parallelRanges(layout.rows, grain: layout.grain) { range in
      for row in range {
        let (index, step) = layout.scale(ofRow: row)
        let target = result.floats + row * layout.inner
        if step == 0, type == .uint8 || type == .int8 || type == .int32 {
          QuantizedKernels.dequantize(
            input, from: row * layout.inner, scale: scale.floats[index], zeroPoint: zeros[index], into: target,
            count: layout.inner)
        } else {
          dequantize(input, row * layout.inner, layout.inner, scale.floats + index, zeros, index, step, into: target)
        }
      }
    }
    if result.elementType != output.elementType { HalfPrecision.narrow(result, into: output, context) }
  }

  /// `count` elements from `start` on, whatever their type; the scales advance by `step`.
  private func dequantize(
    _ input: Tensor, _ start: Int, _ count: Int, _ scales: UnsafePointer<Float>, _ zeros: [Int], _ firstZero: Int,
    _ step: Int, into target: UnsafeMutablePointer<Float>
  ) {
    let (type, piece) = (input.elementType, 512)
    let isFloat = type.isFloat
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: piece) { scratch in
      guard let wide = scratch.baseAddress else { return }
      for first in stride(from: 0, to: count, by: piece) {
        let length = min(piece, count - first)
        let source = input.bytes + (start + first) * type.byteCount
        if isFloat {
          let numbers = UnsafeMutableRawPointer(wide).assumingMemoryBound(to: Double.self)
          WideElements.load(source, type, into: numbers, count: length)
          for index in 0..<length { target[first + index] = Float(numbers[index]) * scales[(first + index) * step] }
        } else {
          WideElements.load(source, type, into: wide, count: length)
          for index in 0..<length {
            let position = (first + index) * step
            target[first + index] = Float(wide[index] - Int64(zeros[firstZero + position])) * scales[position]
          }
        }
      }
    }
  }
}
