/// Removes dimensions of size 1: those in `axes` (an input from opset 13 on), or all.
///
/// Source: ONNX Squeeze.
struct Squeeze: Operator {
  static let onnxName = "Squeeze"
  static var aliasing: Aliasing { .view }
  let axes: [Int]?

  init(from attributes: inout AttributeReader) throws {
    axes = attributes.opset < 13 ? try attributes.intsIfPresent("axes") : nil
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "data")
    let rank = input.shape.count
    let removed: [Int]
    if let axes = try axes ?? inputs.optionalIntegers(1, "axes") {
      removed = try normalizedAxes(axes, rank: rank)
      for axis in removed where input.shape[axis] != 1 {
        throw ShapeError("axis \(axis) of \(input.shape) is not of size 1")
      }
    } else {
      removed = input.shape.indices.filter { input.shape[$0] == 1 }
    }
    return [TensorType(input.elementType, input.shape.indices.filter { !removed.contains($0) }.map { input.shape[$0] })]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    copyElements(of: try inputs.required(0), to: try outputs.required(0))
  }
}

/// Inserts dimensions of size 1 so that they stand at `axes` (an input from opset 13 on).
///
/// Source: ONNX Unsqueeze.
struct Unsqueeze: Operator {
  static let onnxName = "Unsqueeze"
  static var aliasing: Aliasing { .view }
  let axes: [Int]?

  init(from attributes: inout AttributeReader) throws {
    guard attributes.opset < 13 else {
      axes = nil
      return
    }
    axes = try attributes.intsIfPresent("axes")
    guard axes != nil else { throw ShapeError("attribute 'axes' is missing") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "data")
    let wanted = try axes ?? inputs.integers(1, "axes")
    let rank = input.shape.count + wanted.count
    let inserted = try normalizedAxes(wanted, rank: rank)
    var rest = input.shape[...]
    return [TensorType(input.elementType, (0..<rank).map { inserted.contains($0) ? 1 : rest.removeFirst() })]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    copyElements(of: try inputs.required(0), to: try outputs.required(0))
  }
}
