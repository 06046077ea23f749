/// `Y = saturate(round(X / scale) + zero point)`, rounding halves to even.
///
/// X float32, float16, bfloat16 or int32, y_scale (a scalar, [D] along `axis`, or in blocks along it), y_zero_point?
/// (its type is Y's; else `output_dtype`, else uint8) -> Y as X: integers of 2 to 16 bits, or floats of 4 or 8 bits,
/// which have no zero point. Computed in float32. Source: ONNX QuantizeLinear, opset 10 to 25.
struct QuantizeLinear: Operator {
  static let onnxName = "QuantizeLinear"
  let axis: Int
  let block: Int
  let outputType: ElementType?
  let saturates: Bool

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: 1)
    saturates = try attributes.flag("saturate", default: true)
    _ = try attributes.int("precision", default: 0)
    let code = try attributes.int("output_dtype", default: 0)
    outputType = ElementType(rawValue: code)
    guard code == 0 || outputType != nil else { throw ShapeError("output_dtype \(code) is not supported") }
    block = try attributes.int("block_size", default: 0)
    guard block >= 0 else { throw ShapeError("block_size must not be negative") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (input, scale) = (try inputs.required(0, "X"), try inputs.required(1, "y_scale"))
    for (name, type) in [("X", input.elementType), ("y_scale", scale.elementType)] {
      guard type == .float32 || type.isHalf || type == .int32 && name == "X" else {
        throw ShapeError("\(name) of element type \(type) is not supported")
      }
    }
    let type = inputs.optional(2)?.elementType ?? outputType ?? .uint8
    guard outputType == nil || outputType == type else {
      throw ShapeError("output_dtype \(outputType ?? type) with a zero point of \(type)")
    }
    guard type.quantizedRange != nil || SmallFloat(type) != nil else {
      throw ShapeError("quantizing to \(type) is not supported")
    }
    _ = try QuantizationLayout(input.shape, scale, inputs.optional(2), axis: axis, block: block)
    return [TensorType(type, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X").inSinglePrecision(context), try outputs.required(0, "Y"))
    let scale = try inputs.required(1, "y_scale").inSinglePrecision(context)
    let zeroPoint = inputs.optional(2)
    let layout = try QuantizationLayout(
      input.shape, TensorType(constant: scale), zeroPoint.map(TensorType.init(constant:)), axis: axis, block: block)
    let zeros = zeroPoint?.integers() ?? [Int](repeating: 0, count: scale.elementCount)
    let type = output.elementType
    context.parallelRanges(layout.rows, grain: layout.grain) { range in
      for row in range {
        let (index, step) = layout.scale(ofRow: row)
        let source = input.floats + row * layout.inner
        if step == 0, type == .uint8 || type == .int8 {
          QuantizedKernels.quantize(
            source, scale: scale.floats[index], zeroPoint: zeros[index], isSigned: type == .int8,
            into: output.bytes + row * layout.inner, count: layout.inner, using: context.kernels)
        } else if let format = SmallFloat(type) {
          let target = output.bytes.assumingMemoryBound(to: UInt8.self) + row * layout.inner
          for element in 0..<layout.inner {
            let quotient = Double(source[element] / scale.floats[index + element * step])
            target[element] = format.encode(quotient, saturates: saturates)
          }
        } else if let limits = type.quantizedRange {
          for element in 0..<layout.inner {
            let position = index + element * step
            let quotient = (source[element] / scale.floats[position]).rounded(.toNearestOrEven)
            let whole = Int64(converting: Double(quotient))
            let shifted = whole.addingReportingOverflow(Int64(zeros[position]))
            let value = min(limits.upperBound, max(limits.lowerBound, shifted.overflow ? whole : shifted.partialValue))
            output.store(value, at: row * layout.inner + element)
          }
        }
      }
    }
  }
}

extension ElementType {
  /// The least and greatest value of an integer type that numbers are quantised to.
  var quantizedRange: ClosedRange<Int64>? {
    switch self {
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    case .uint4: 0...15
    case .int4: -8...7
    case .uint2: 0...3
    case .int2: -2...1
    default: nil
    }
  }
}

extension Tensor {
  /// Stores an integer that fits into the 1 or 2 bytes of an element.
  fileprivate func store(_ value: Int64, at index: Int) {
    if elementType.byteCount == 1 {
      bytes.assumingMemoryBound(to: UInt8.self)[index] = UInt8(truncatingIfNeeded: value)
    } else {
      bytes.assumingMemoryBound(to: UInt16.self)[index] = UInt16(truncatingIfNeeded: value)
    }
  }
}
