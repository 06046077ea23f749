/// Cuts the middle out of a tensor, or puts it into the middle of zeros, axis by axis.
///
/// input of any type, shape (one size for each of `axes`, by default all). Where a difference is odd, the larger part is
/// at the end. Source: ONNX CenterCropPad, opset 18 on.
struct CenterCropPad: Operator {
  static let onnxName = "CenterCropPad"
  let axes: [Int]?

  init(from attributes: inout AttributeReader) throws { axes = try attributes.intsIfPresent("axes") }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (input, sizes) = (try inputs.required(0, "input_data"), try inputs.integers(1, "shape"))
    let axes = try normalizedAxes(self.axes ?? Array(input.shape.indices), rank: input.shape.count)
    guard sizes.count == axes.count else { throw ShapeError("sizes \(sizes) for the axes \(axes)") }
    var shape = input.shape
    for (axis, size) in zip(axes, sizes) { shape[axis] = size }
    _ = try checkedCount(shape)
    return [TensorType(input.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    output.bytes.initializeMemory(as: UInt8.self, repeating: 0, count: output.byteCount)
    let (from, to) = (rowMajorStrides(input.shape), rowMajorStrides(output.shape))
    let common = zip(input.shape, output.shape).map { Swift.min($0, $1) }
    func offset(_ shape: [Int], _ strides: [Int]) -> Int {
      zip(zip(shape, common), strides).reduce(0) { $0 + ($1.0.0 - $1.0.1) / 2 * $1.1 }
    }
    let walk = StridedWalk(shape: common, strides: [from, to])
    guard walk.elementCount > 0 else { return }
    let width = input.elementType.byteCount
    let (source, target) = (
      input.bytes + offset(input.shape, from) * width, output.bytes + offset(output.shape, to) * width
    )
    // The last dimension is contiguous in both, unless it has one element only.
    let isContiguous = walk.runStride(0) == 1 && walk.runStride(1) == 1
    walk.forEachRun(in: 0..<walk.elementCount) { _, operands, length in
      let pieces = isContiguous ? 1 : length
      for index in 0..<pieces {
        (target + (operands[1] + index * walk.runStride(1)) * width).copyMemory(
          from: source + (operands[0] + index * walk.runStride(0)) * width, byteCount: length / pieces * width)
      }
    }
  }
}
