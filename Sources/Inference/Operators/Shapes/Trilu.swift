/// Keeps the upper (or lower) triangle of the last two dimensions from diagonal `k` on; the rest becomes 0.
///
/// Source: ONNX Trilu, opset 14 on.
struct Trilu: Operator {
  static let onnxName = "Trilu"
  let isUpper: Bool

  init(from attributes: inout AttributeReader) throws { isUpper = try attributes.flag("upper", default: true) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    guard input.shape.count >= 2 else { throw ShapeError("\(input.shape) is not a matrix") }
    return [TensorType(input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let (rows, columns) = (input.shape[input.shape.count - 2], input.shape[input.shape.count - 1])
    let diagonal = try inputs.optional(1) == nil ? 0 : inputs.integers(1).first ?? 0
    let width = input.elementType.byteCount
    guard columns > 0 else { return }
    for row in 0..<input.elementCount / columns {
      // Where the triangle's diagonal crosses this row.
      let (edge, overflow) = (row % rows).addingReportingOverflow(diagonal)
      let crossing = overflow ? (diagonal > 0 ? columns : 0) : edge
      let kept =
        isUpper
        ? min(max(crossing, 0), columns)..<columns : 0..<min(max(crossing == .max ? .max : crossing + 1, 0), columns)
      let (from, to) = (input.bytes + row * columns * width, output.bytes + row * columns * width)
      to.initializeMemory(as: UInt8.self, repeating: 0, count: columns * width)
      (to + kept.lowerBound * width).copyMemory(from: from + kept.lowerBound * width, byteCount: kept.count * width)
    }
  }
}
