/// Divides a tensor along `axis` into parts of the sizes in `split`, or into equal ones.
///
/// `split` is an input from opset 13 on; from 18 on the last part may be smaller. Source: ONNX Split.
struct Split: Operator {
  static let onnxName = "Split"
  let axis: Int
  let sizes: [Int]?
  let parts: Int
  let allowsSmallerLast: Bool

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: 0)
    sizes = attributes.opset < 13 ? try attributes.intsIfPresent("split") : nil
    parts =
      try attributes.opset >= 18
      ? attributes.int("num_outputs", default: attributes.outputCount) : attributes.outputCount
    allowsSmallerLast = attributes.opset >= 18
    guard parts > 0 else { throw ShapeError("attribute 'num_outputs' must be positive") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    let axis = try normalizedAxis(axis, rank: input.shape.count)
    let size = input.shape[axis]
    let lengths: [Int]
    if let sizes = try sizes ?? inputs.optionalIntegers(1, "split") {
      guard sizes.allSatisfy({ $0 >= 0 && $0 <= size }), sizes.reduce(0, +) == size else {
        throw ShapeError("parts of \(sizes) do not make up axis \(axis) of \(input.shape)")
      }
      lengths = sizes
    } else {
      let length = (size + parts - 1) / parts
      guard size % parts == 0 || (allowsSmallerLast && length * (parts - 1) < size) else {
        throw ShapeError("axis \(axis) of \(input.shape) cannot be split into \(parts) parts")
      }
      lengths = (0..<parts).map { min(length, size - $0 * length) }
    }
    return lengths.map { length in
      var shape = input.shape
      shape[axis] = length
      return TensorType(input.elementType, shape)
    }
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let input = try inputs.required(0)
    let axis = try normalizedAxis(axis, rank: input.shape.count)
    let rows = input.shape[..<axis].reduce(1, *)
    let row = input.shape[axis...].reduce(1, *) * input.elementType.byteCount
    // An output that nobody wants still takes its place, so the sizes come from inference.
    let types = try self.outputs(for: inputs.knownTypes)
    var start = 0
    for (index, type) in types.enumerated() {
      let length = type.shape[axis...].reduce(1, *) * type.elementType.byteCount
      if let output = outputs.optional(index) {
        for line in 0..<rows {
          (output.bytes + line * length).copyMemory(from: input.bytes + (line * row + start), byteCount: length)
        }
      }
      start += length
    }
  }
}
