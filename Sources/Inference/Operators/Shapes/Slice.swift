/// A part of a tensor: per axis from a start to before an end, by a step that may be negative.
///
/// Starts, ends, axes and steps are inputs from opset 10 on. Source: ONNX Slice.
struct Slice: Operator {
  static let onnxName = "Slice"

  struct Bounds: Sendable {
    let starts: [Int]
    let ends: [Int]
    let axes: [Int]?
  }
  let fixed: Bounds?

  init(from attributes: inout AttributeReader) throws {
    guard attributes.opset < 10 else {
      fixed = nil
      return
    }
    guard let starts = try attributes.intsIfPresent("starts"), let ends = try attributes.intsIfPresent("ends") else {
      throw ShapeError("attributes 'starts' and 'ends' are needed")
    }
    fixed = Bounds(starts: starts, ends: ends, axes: try attributes.intsIfPresent("axes"))
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "data")
    return [TensorType(input.elementType, try ranges(inputs).map(\.count))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let ranges = try ranges(inputs.knownTypes)
    let strides = rowMajorStrides(input.shape)
    let offset = zip(ranges, strides).reduce(0) { $0 + $1.0.start * $1.1 }
    try StridedCopy.run(
      input, offset: offset, strides: zip(ranges, strides).map { $0.step * $1 }, shape: output.shape, into: output,
      context)
  }

  private typealias AxisRange = (start: Int, step: Int, count: Int)

  private func ranges(_ inputs: [TensorType?]) throws -> [AxisRange] {
    let shape = try inputs.required(0, "data").shape
    let starts = try fixed?.starts ?? inputs.integers(1, "starts")
    let ends = try fixed?.ends ?? inputs.integers(2, "ends")
    let named = try fixed != nil ? fixed?.axes : inputs.optionalIntegers(3, "axes")
    let axes = try normalizedAxes(named ?? Array(starts.indices), rank: shape.count)
    let steps = try fixed == nil ? inputs.optionalIntegers(4, "steps") : nil
    guard starts.count == ends.count, axes.count == starts.count, steps.map({ $0.count == starts.count }) ?? true
    else { throw ShapeError("starts, ends, axes and steps differ in length") }
    var ranges: [AxisRange] = shape.map { (0, 1, $0) }
    for (index, axis) in axes.enumerated() {
      let (size, step) = (shape[axis], steps?[index] ?? 1)
      guard step != 0, step > Int.min else { throw ShapeError("a step of \(step)") }
      func clamped(_ value: Int, _ low: Int, _ high: Int) -> Int {
        min(max(value < 0 ? value + size : value, low), high)
      }
      if step > 0 {
        let (start, end) = (clamped(starts[index], 0, size), clamped(ends[index], 0, size))
        ranges[axis] = (start, step, end > start ? (end - start - 1) / step + 1 : 0)
      } else {
        let (start, end) = (clamped(starts[index], -1, size - 1), clamped(ends[index], -1, size - 1))
        ranges[axis] = (start, step, start > end ? (start - end - 1) / -step + 1 : 0)
      }
    }
    return ranges
  }
}
