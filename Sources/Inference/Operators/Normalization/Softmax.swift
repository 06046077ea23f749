import Foundation

/// Exponentials that sum to one along an axis.
///
/// X -> Y of the same shape, float32 or float64. Before opset 13 the input counts as a matrix: everything from `axis`
/// on (default 1) is one row; from 13 on only `axis` itself (default -1) is reduced. Source: ONNX Softmax.
struct Softmax: Operator {
  static let onnxName = "Softmax"
  let rows: SoftmaxRows

  init(from attributes: inout AttributeReader) throws { rows = try SoftmaxRows(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { try rows.outputs(for: inputs) }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    if try inputs.required(0, "X").elementType == .float64 {
      try rows.forEach(inputs, into: outputs, using: context) { DoubleRow.softmax($0, into: $1, count: $2) }
    } else {
      try rows.forEach(inputs, into: outputs, using: context) { context.kernels.softmax($0, into: $1, count: $2) }
    }
  }
}

/// The logarithm of `Softmax`.
///
/// X -> Y of the same shape, float32; the axis means what it means there. Source: ONNX LogSoftmax.
struct LogSoftmax: Operator {
  static let onnxName = "LogSoftmax"
  let rows: SoftmaxRows

  init(from attributes: inout AttributeReader) throws { rows = try SoftmaxRows(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { try rows.outputs(for: inputs) }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    if try inputs.required(0, "X").elementType == .float64 {
      try rows.forEach(inputs, into: outputs, using: context) { DoubleRow.logSoftmax($0, into: $1, count: $2) }
    } else {
      try rows.forEach(inputs, into: outputs, using: context) { context.kernels.logSoftmax($0, into: $1, count: $2) }
    }
  }
}

/// Which elements Softmax and LogSoftmax treat as one row.
struct SoftmaxRows: Sendable {
  let axis: Int
  let flattens: Bool

  /// Rows along one axis.
  init(axis: Int) {
    self.axis = axis
    flattens = false
  }

  init(from attributes: inout AttributeReader) throws {
    flattens = attributes.opset < 13
    axis = try attributes.int("axis", default: flattens ? 1 : -1)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard input.elementType == .float32 || input.elementType == .float64 else {
      throw ShapeError("element type \(input.elementType) is not supported here")
    }
    _ = try extents(of: input.shape)
    return [TensorType(input.elementType, input.shape)]
  }

  /// Applies `body(source, target, count)` to every row, gathered where the axis is not the last.
  func forEach<Element: BitwiseCopyable>(
    _ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext,
    _ body: @Sendable (UnsafePointer<Element>, UnsafeMutablePointer<Element>, Int) -> Void
  ) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let (outer, size, inner) = try extents(of: input.shape)
    guard input.elementCount > 0 else { return }
    nonisolated(unsafe) let (source, target) = (input.pointer(as: Element.self), output.pointer(as: Element.self))
    if inner == 1 {
      context.parallel(outer) { row in body(source + row * size, target + row * size, size) }
      return
    }
    context.parallel(outer) { block in
      withUnsafeTemporaryAllocation(of: Element.self, capacity: size) { row in
        let first = row.baseAddress!
        for column in 0..<inner {
          let start = block * size * inner + column
          for index in 0..<size { first[index] = source[start + index * inner] }
          body(first, first, size)
          for index in 0..<size { target[start + index * inner] = first[index] }
        }
      }
    }
  }

  /// Rows before, elements in, and elements inside the reduced axis.
  private func extents(of shape: [Int]) throws -> (outer: Int, size: Int, inner: Int) {
    if shape.isEmpty { return (1, 1, 1) }
    if flattens && axis == shape.count { return (shape.reduce(1, *), 1, 1) }
    let axis = try normalizedAxis(self.axis, rank: shape.count)
    let outer = shape[..<axis].reduce(1, *)
    if flattens { return (outer, shape[axis...].reduce(1, *), 1) }
    return (outer, shape[axis], shape[(axis + 1)...].reduce(1, *))
  }
}

/// Softmax of rows of double-precision numbers.
private enum DoubleRow {
  static func softmax(_ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int) {
    let total = exponentials(x, into: y, count: count).total
    for index in 0..<count { y[index] /= total }
  }

  static func logSoftmax(_ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int) {
    let scratch = UnsafeMutablePointer<Double>.allocate(capacity: count)
    defer { scratch.deallocate() }
    let (greatest, total) = exponentials(x, into: scratch, count: count)
    let shift = greatest + log(total)
    for index in 0..<count { y[index] = x[index] - shift }
  }

  private static func exponentials(
    _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>, count: Int
  ) -> (greatest: Double, total: Double) {
    var (greatest, total) = (-Double.infinity, 0.0)
    for index in 0..<count { greatest = max(greatest, x[index]) }
    for index in 0..<count {
      y[index] = exp(x[index] - greatest)
      total += y[index]
    }
    return (greatest, total)
  }
}
