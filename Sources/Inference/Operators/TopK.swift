/// The k largest (or smallest) elements along an axis, and their indices; of equals the one of lower index comes first.
///
/// X -> values of X's type, indices int64. `k` is an input from opset 10 on. Source: ONNX TopK.
struct TopK: Operator {
  static let onnxName = "TopK"
  let axis: Int
  let fixedCount: Int?
  let takesLargest: Bool

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: -1)
    fixedCount = attributes.opset < 10 ? try attributes.intIfPresent("k") : nil
    takesLargest = try attributes.flag("largest", default: true)
    // The result is sorted even where that is not asked for.
    _ = try attributes.flag("sorted", default: true)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    try input.elementType.checkNumber()
    let axis = try normalizedAxis(axis, rank: input.shape.count)
    guard let count = try fixedCount ?? inputs.integers(1, "K").first, count >= 0, count <= input.shape[axis] else {
      throw ShapeError("'K' must lie between 0 and \(input.shape[axis])")
    }
    var shape = input.shape
    shape[axis] = count
    return [TensorType(input.elementType, shape), TensorType(.int64, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let input = try inputs.required(0)
    let types = try self.outputs(for: inputs.knownTypes)
    let work = Work(
      input: input, values: outputs.optional(0), indices: outputs.optional(1),
      axis: try normalizedAxis(axis, rank: input.shape.count), shape: types[0].shape, takesLargest: takesLargest)
    try input.elementType.dispatch(work)
  }

  private struct Work: NumberWork {
    let input: Tensor
    let values: Tensor?
    let indices: Tensor?
    let axis: Int
    let shape: [Int]
    let takesLargest: Bool

    func run<T: Number>(_ type: T.Type) {
      let source = input.pointer(as: T.self)
      let (size, count, inner) = (input.shape[axis], shape[axis], shape[(axis + 1)...].reduce(1, *))
      guard count > 0 else { return }
      for line in 0..<(shape.reduce(1, *) / count) {
        let first = line / inner * size * inner + line % inner
        let order = (0..<size).sorted { left, right in
          let (a, b) = (source[first + left * inner], source[first + right * inner])
          return a == b ? left < right : takesLargest ? a > b : a < b
        }
        for (rank, index) in order.prefix(count).enumerated() {
          let target = (line / inner * count + rank) * inner + line % inner
          values?.pointer(as: T.self)[target] = source[first + index * inner]
          indices?.pointer(as: Int64.self)[target] = Int64(index)
        }
      }
    }
  }
}
