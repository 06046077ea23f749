/// `Y = saturate(round(X / scale) + zero point)`, rounding halves to even.
///
/// X float32, y_scale (a scalar, or [D] along `axis`), y_zero_point? (its type is Y's; uint8 without) -> Y as X,
/// uint8 or int8. Source: ONNX QuantizeLinear, opset 10 on.
struct QuantizeLinear: Operator {
  static let onnxName = "QuantizeLinear"
  let axis: Int
  let outputType: ElementType?

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: 1)
    _ = try attributes.int("saturate", default: 1)
    _ = try attributes.int("precision", default: 0)
    let code = try attributes.int("output_dtype", default: 0)
    outputType = ElementType(rawValue: code)
    guard code == 0 || outputType != nil else { throw ShapeError("output_dtype \(code) is not supported") }
    guard try attributes.int("block_size", default: 0) == 0 else {
      throw ShapeError("QuantizeLinear in blocks is not supported")
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.requiredFloat(0, "X")
    let type = inputs.optional(2)?.elementType ?? outputType ?? .uint8
    guard type == .uint8 || type == .int8 else { throw ShapeError("quantizing to \(type) is not supported") }
    _ = try QuantizationLayout(input.shape, inputs.requiredFloat(1, "y_scale"), inputs.optional(2), axis: axis)
    return [TensorType(type, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let scale = try inputs.required(1, "y_scale")
    let zeroPoint = inputs.optional(2)
    let layout = try QuantizationLayout(
      input.shape, TensorType(constant: scale), zeroPoint.map(TensorType.init(constant:)), axis: axis)
    let zeros = zeroPoint?.integers() ?? [Int](repeating: 0, count: layout.channels)
    context.parallel(layout.outer * layout.channels) { row in
      let channel = row % layout.channels
      QuantizedKernels.quantize(
        input.floats + row * layout.inner, scale: scale.floats[channel], zeroPoint: zeros[channel],
        isSigned: output.elementType == .int8, into: output.bytes + row * layout.inner, count: layout.inner,
        using: context.kernels)
    }
  }
}

/// Which scale belongs to which element: rows of `inner` elements, `channels` of them in turn, `outer` times.
struct QuantizationLayout {
  let outer: Int
  let channels: Int
  let inner: Int

  init(_ shape: [Int], _ scale: TensorType, _ zeroPoint: TensorType?, axis: Int) throws {
    if let zeroPoint, zeroPoint.elementCount != scale.elementCount {
      throw ShapeError("zero point \(zeroPoint.shape) and scale \(scale.shape) differ")
    }
    if scale.elementCount == 1 {
      (outer, channels, inner) = (1, 1, shape.reduce(1, *))
      return
    }
    let axis = try normalizedAxis(axis, rank: shape.count)
    guard scale.shape == [shape[axis]] else { throw ShapeError("scale \(scale.shape) along axis \(axis) of \(shape)") }
    (outer, channels, inner) = (shape[..<axis].reduce(1, *), shape[axis], shape[(axis + 1)...].reduce(1, *))
  }
}
