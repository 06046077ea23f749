/// Puts the maxima of a MaxPool back where they were; everything else is 0.
///
/// X [N, C, spatial...], I of the same shape (int64, into the flattened output), output_shape? -> Y. Without an output
/// shape the spatial sizes are those that the pool of these attributes would have been given; with a larger one the
/// result lies at its beginning. X of any type. Source: ONNX MaxUnpool, opset 9 on.
struct MaxUnpool: Operator {
  static let onnxName = "MaxUnpool"
  let window: Window

  init(from attributes: inout AttributeReader) throws {
    window = try Window(from: &attributes)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (input, indices) = (try inputs.required(0, "X"), try inputs.required(1, "I"))
    guard indices.elementType == .int64, indices.shape == input.shape else {
      throw ShapeError("indices \(indices.elementType)\(indices.shape) for an input of shape \(input.shape)")
    }
    let inferred = try inferredShape(input.shape)
    guard let wanted = try inputs.optionalIntegers(2, "output_shape") else {
      return [TensorType(input.elementType, inferred)]
    }
    guard wanted.count == inferred.count, wanted[0] == input.shape[0], wanted[1] == input.shape[1],
      zip(wanted, inferred).allSatisfy(>=)
    else { throw ShapeError("output_shape \(wanted) does not hold an unpooled \(inferred)") }
    _ = try checkedCount(wanted)
    return [TensorType(input.elementType, wanted)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let inferred = try inferredShape(input.shape)
    let (strides, count) = (rowMajorStrides(output.shape), inferred.reduce(1, *))
    let width = input.elementType.byteCount
    output.bytes.initializeMemory(as: UInt8.self, repeating: 0, count: output.byteCount)
    for (index, place) in try inputs.integers(1).enumerated() {
      guard place >= 0, place < count else {
        throw ExecutionError("index \(place) is out of range for an output of \(count) elements")
      }
      var (rest, target) = (place, 0)
      for axis in inferred.indices.reversed() {
        target += rest % inferred[axis] * strides[axis]
        rest /= inferred[axis]
      }
      (output.bytes + target * width).copyMemory(from: input.bytes + index * width, byteCount: width)
    }
  }

  private func inferredShape(_ shape: [Int]) throws -> [Int] {
    guard shape.count >= 3 else { throw ShapeError("MaxUnpool of \(shape)") }
    let rank = shape.count - 2
    let pads = window.pads ?? [Int](repeating: 0, count: 2 * rank)
    let strides = window.strides ?? [Int](repeating: 1, count: rank)
    guard let kernel = window.kernel, kernel.count == rank, strides.count == rank, pads.count == 2 * rank else {
      throw ShapeError("kernel_shape, strides or pads do not fit \(rank) spatial dimensions")
    }
    _ = try Extent.count(of: shape)
    let spatial = try (0..<rank).map { axis in
      let (size, overflow) = (shape[axis + 2] - 1).multipliedReportingOverflow(by: strides[axis])
      guard !overflow, size < Extent.limit else { throw ShapeError("\(shape) by strides of \(strides) is too large") }
      return size - pads[axis] - pads[rank + axis] + kernel[axis]
    }
    let result = [shape[0], shape[1]] + spatial
    _ = try checkedCount(result)
    return result
  }
}
