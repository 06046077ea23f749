/// The index of the largest (smallest) element along an axis, the first or last of equals.
///
/// X of any number type -> int64. Source: ONNX ArgMax, ArgMin.
protocol ArgumentOperator: Operator {
  static func isBetter<T: Number>(_ candidate: T, than best: T) -> Bool
  var selection: ArgumentSelection { get }
  init(selection: ArgumentSelection)
}

struct ArgumentSelection: Sendable {
  let axis: Int
  let keepsDimension: Bool
  let takesLast: Bool
}

extension ArgumentOperator {
  init(from attributes: inout AttributeReader) throws {
    self.init(
      selection: ArgumentSelection(
        axis: try attributes.int("axis", default: 0), keepsDimension: try attributes.flag("keepdims", default: true),
        takesLast: try attributes.flag("select_last_index", default: false)))
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "data")
    try input.elementType.checkNumber()
    let axis = try normalizedAxis(selection.axis, rank: input.shape.count)
    guard input.shape[axis] > 0 else { throw ShapeError("axis \(axis) of \(input.shape) is empty") }
    var shape = input.shape
    if selection.keepsDimension { shape[axis] = 1 } else { shape.remove(at: axis) }
    return [TensorType(.int64, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let work = ArgumentWork<Self>(
      input: input, output: output, lines: try AxisLines(input.shape, axis: selection.axis),
      takesLast: selection.takesLast, context: context)
    try input.elementType.dispatch(work)
  }
}

private struct ArgumentWork<Function: ArgumentOperator>: NumberWork {
  let input: Tensor
  let output: Tensor
  let lines: AxisLines
  let takesLast: Bool
  let context: ExecutionContext

  func run<T: Number>(_ type: T.Type) {
    nonisolated(unsafe) let (source, target) = (input.pointer(as: T.self), output.pointer(as: Int64.self))
    lines.forEach(context) { line, position in
      let first = source + position
      var best = 0
      for index in 1..<max(1, lines.size) {
        let (candidate, current) = (first[index * lines.step], first[best * lines.step])
        if Function.isBetter(candidate, than: current) || (takesLast && candidate == current) { best = index }
      }
      target[line] = Int64(best)
    }
  }
}

struct ArgMax: ArgumentOperator {
  static let onnxName = "ArgMax"
  let selection: ArgumentSelection
  static func isBetter<T: Number>(_ candidate: T, than best: T) -> Bool { candidate > best }
}

struct ArgMin: ArgumentOperator {
  static let onnxName = "ArgMin"
  let selection: ArgumentSelection
  static func isBetter<T: Number>(_ candidate: T, than best: T) -> Bool { candidate < best }
}
