/// The numbers from `start` to before `limit` by `delta`, all scalars of one type.
///
/// Source: ONNX Range, opset 11 on.
struct RangeOperator: Operator {
  static let onnxName = "Range"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let type = try inputs.required(0, "start").elementType
    try type.checkNumber()
    let names = ["start", "limit", "delta"]
    let values = try names.indices.map { index -> Double in
      let input = try inputs.required(index, names[index])
      guard input.elementType == type, input.elementCount == 1 else {
        throw ShapeError("'\(names[index])' must be a scalar of type \(type)")
      }
      guard let constant = input.constant else { throw ShapeError.needsValue(of: names[index]) }
      let wide = Tensor(zeros: .float64, shape: [1])
      try Cast.convert(constant, into: wide, ExecutionContext())
      return wide.pointer(as: Double.self)[0]
    }
    let count = ((values[1] - values[0]) / values[2]).rounded(.up)
    guard values[2] != 0, count.isFinite, count < 1e12 else {
      throw ShapeError("a range from \(values[0]) to \(values[1]) by \(values[2])")
    }
    return [TensorType(type, [max(0, Int(count))])]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let work = Work(start: try inputs.required(0), delta: try inputs.required(2), output: try outputs.required(0))
    try work.output.elementType.dispatch(work)
  }

  private struct Work: NumberWork {
    let start: Tensor
    let delta: Tensor
    let output: Tensor

    func run<T: Number>(_ type: T.Type) {
      let (first, step, target) = (
        start.pointer(as: T.self)[0], delta.pointer(as: T.self)[0], output.pointer(as: T.self)
      )
      for index in 0..<output.elementCount {
        target[index] = T.add(first, T.multiply(T(converting: Double(index)), step))
      }
    }
  }
}
