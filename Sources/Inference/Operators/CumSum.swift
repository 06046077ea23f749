/// Running sums along an axis, from the end with `reverse`, without the element itself with `exclusive`.
///
/// Source: ONNX CumSum, opset 11 on.
struct CumSum: Operator {
  static let onnxName = "CumSum"
  let isExclusive: Bool
  let isReversed: Bool

  init(from attributes: inout AttributeReader) throws {
    isExclusive = try attributes.flag("exclusive", default: false)
    isReversed = try attributes.flag("reverse", default: false)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "x")
    try input.elementType.checkNumber()
    try checkIndexType(try inputs.required(1, "axis"))
    return [TensorType(input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    guard let axis = try inputs.integers(1).first else { throw ExecutionError("the axis is empty") }
    try input.elementType.dispatch(
      Work(
        input: input, output: output, axis: try normalizedAxis(axis, rank: input.shape.count),
        isExclusive: isExclusive, isReversed: isReversed))
  }

  private struct Work: NumberWork {
    let input: Tensor
    let output: Tensor
    let axis: Int
    let isExclusive: Bool
    let isReversed: Bool

    func run<T: Number>(_ type: T.Type) {
      let (source, target) = (input.pointer(as: T.self), output.pointer(as: T.self))
      let (size, inner) = (input.shape[axis], input.shape[(axis + 1)...].reduce(1, *))
      for line in 0..<(size == 0 ? 0 : input.elementCount / size) {
        let first = line / inner * size * inner + line % inner
        var sum = T.Wide.zero
        for index in 0..<size {
          let position = first + (isReversed ? size - 1 - index : index) * inner
          let next = T.Wide.add(sum, source[position].wide)
          target[position] = T(narrowing: isExclusive ? sum : next)
          sum = next
        }
      }
    }
  }
}
