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
    let lines = try AxisLines(input.shape, axis: axis)
    let types = try self.outputs(for: inputs.knownTypes)
    let work = Work(
      input: input, values: outputs.optional(0), indices: outputs.optional(1),
      lines: lines, count: types[0].elementCount / max(1, lines.count), takesLargest: takesLargest)
    try input.elementType.dispatch(work)
  }

  private struct Work: NumberWork {
    let input: Tensor
    let values: Tensor?
    let indices: Tensor?
    let lines: AxisLines
    /// How many elements of each line are wanted.
    let count: Int
    let takesLargest: Bool

    func run<T: Number>(_ type: T.Type) {
      let source = input.pointer(as: T.self)
      let (size, count, inner) = (lines.size, self.count, lines.step)
      for line in 0..<lines.count {
        let first = lines.first(line)
        let order = (0..<size).sorted { left, right in
          let (a, b) = (source[first + left * inner], source[first + right * inner])
          return a == b ? left < right : takesLargest ? a > b : a < b
        }
        for (rank, index) in order.prefix(count).enumerated() {
          let target = lines.first(line, size: count) + rank * inner
          values?.pointer(as: T.self)[target] = source[first + index * inner]
          indices?.pointer(as: Int64.self)[target] = Int64(index)
        }
      }
    }
  }
}
