/// The determinant of each of a stack of square matrices.
///
/// X [..., M, M] -> [...], float32 or float64, by elimination with partial pivoting in double precision.
/// Source: ONNX Det, opset 11 on.
struct Det: Operator {
  static let onnxName = "Det"

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    let rank = input.shape.count
    guard input.elementType == .float32 || input.elementType == .float64, rank >= 2,
      input.shape[rank - 1] == input.shape[rank - 2]
    else { throw ShapeError("\(input.elementType)\(input.shape) does not hold square matrices of floats") }
    return [TensorType(input.elementType, input.shape.dropLast(2))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let size = input.shape[input.shape.count - 1]
    let wide = Tensor(zeros: .float64, shape: input.shape)
    try Cast.convert(input, into: wide, context)
    var index = 0
    try output.fillInPieces {
      defer { index += 1 }
      return determinant(wide.pointer(as: Double.self) + index * size * size, size)
    }
  }

  private func determinant(_ rows: UnsafeMutablePointer<Double>, _ size: Int) -> Double {
    var result = 1.0
    for column in 0..<size {
      var pivot = column
      for row in column..<size where abs(rows[row * size + column]) > abs(rows[pivot * size + column]) { pivot = row }
      let factor = rows[pivot * size + column]
      result *= pivot == column ? factor : -factor
      if factor == 0 { return 0 }
      if pivot != column {
        for index in 0..<size { swap(&rows[pivot * size + index], &rows[column * size + index]) }
      }
      for row in column + 1..<max(column + 1, size) {
        let ratio = rows[row * size + column] / factor
        for index in column..<size { rows[row * size + index] -= ratio * rows[column * size + index] }
      }
    }
    return result
  }
}
