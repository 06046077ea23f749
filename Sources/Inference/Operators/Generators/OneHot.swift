/// Turns indices into vectors that hold `values[1]` at the index and `values[0]` elsewhere, along a new axis.
///
/// Indices outside [-depth, depth) give `values[0]` throughout. Source: ONNX OneHot, opset 9 on.
struct OneHot: Operator {
  static let onnxName = "OneHot"
  let axis: Int

  init(from attributes: inout AttributeReader) throws { axis = try attributes.int("axis", default: -1) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (indices, values) = (try inputs.required(0, "indices"), try inputs.required(2, "values"))
    try indices.elementType.checkNumber()
    guard values.shape == [2] else { throw ShapeError("'values' must hold two elements") }
    let depth = try depth(inputs)
    var shape = indices.shape
    shape.insert(depth, at: try normalizedAxis(axis, rank: shape.count + 1))
    _ = try checkedCount(shape)
    return [TensorType(values.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (indices, values, output) = (try inputs.required(0), try inputs.required(2), try outputs.required(0))
    let axis = try normalizedAxis(axis, rank: output.shape.count)
    let (depth, inner) = (output.shape[axis], output.shape[(axis + 1)...].reduce(1, *))
    let whole = Tensor(zeros: .int64, shape: indices.shape)
    try Cast.convert(indices, into: whole, context)
    try StridedCopy.run(values, strides: [0], shape: [output.elementCount], into: output, context)
    let width = values.elementType.byteCount
    for (position, index) in whole.elements(as: Int64.self).enumerated() {
      guard index >= -Int64(depth), index < Int64(depth) else { continue }
      let hot = Int(index < 0 ? index + Int64(depth) : index)
      let target = (position / inner * depth + hot) * inner + position % inner
      (output.bytes + target * width).copyMemory(from: values.bytes + width, byteCount: width)
    }
  }

  private func depth(_ inputs: [TensorType?]) throws -> Int {
    let type = try inputs.required(1, "depth")
    guard let constant = type.constant else { throw ShapeError.needsValue(of: "depth") }
    guard constant.elementCount == 1 else { throw ShapeError("'depth' must hold one element") }
    let whole = Tensor(zeros: .int64, shape: [1])
    try Cast.convert(constant, into: whole, ExecutionContext())
    return Int(whole.pointer(as: Int64.self)[0])
  }
}
