/// 1 at the first greatest element along an axis, 0 elsewhere.
///
/// X -> Y of the same shape, float32; the axis means what it means in `Softmax`. Source: ONNX Hardmax.
struct Hardmax: Operator {
  static let onnxName = "Hardmax"
  let rows: SoftmaxRows

  init(from attributes: inout AttributeReader) throws { rows = try SoftmaxRows(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { try rows.outputs(for: inputs) }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    if try inputs.required(0, "X").elementType == .float64 {
      try rows.forEach(inputs, into: outputs, using: context) { Self.mark($0, $1 as UnsafeMutablePointer<Double>, $2) }
    } else {
      try rows.forEach(inputs, into: outputs, using: context) { Self.mark($0, $1 as UnsafeMutablePointer<Float>, $2) }
    }
  }

  private static func mark<Element: BinaryFloatingPoint>(
    _ source: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    var best = 0
    for index in 1..<max(1, count) where source[index] > source[best] { best = index }
    target.update(repeating: 0, count: count)
    target[best] = 1
  }
}
