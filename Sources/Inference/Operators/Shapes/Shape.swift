/// The sizes of the input's dimensions from `start` to before `end`, as int64; constant where the shape is known.
///
/// Source: ONNX Shape, opset 1 on.
struct Shape: Operator {
  static let onnxName = "Shape"
  let start: Int
  let end: Int?

  init(from attributes: inout AttributeReader) throws {
    start = try attributes.int("start", default: 0)
    end = try attributes.intIfPresent("end")
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    [TensorType(constant: Tensor(int64s: sizes(of: try inputs.required(0, "data").shape)))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    copyElements(of: Tensor(int64s: sizes(of: try inputs.required(0).shape)), to: try outputs.required(0))
  }

  private func sizes(of shape: [Int]) -> [Int] {
    func clamped(_ axis: Int) -> Int { min(max(axis < 0 ? axis + shape.count : axis, 0), shape.count) }
    let (first, last) = (clamped(start), clamped(end ?? shape.count))
    return first < last ? Array(shape[first..<last]) : []
  }
}

/// The number of the input's elements, as an int64 scalar.
///
/// Source: ONNX Size.
struct Size: Operator {
  static let onnxName = "Size"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    [TensorType(constant: Tensor(int64s: [try inputs.required(0, "data").elementCount]).reshaped([]))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try outputs.required(0).pointer(as: Int64.self)[0] = Int64(try inputs.required(0).elementCount)
  }
}
