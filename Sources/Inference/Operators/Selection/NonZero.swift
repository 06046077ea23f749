/// The coordinates of all elements other than 0, in row-major order.
///
/// X of any type -> [rank, count], int64. Source: ONNX NonZero, opset 9 on.
struct NonZero: DataDependent {
  static let onnxName = "NonZero"

  init(from attributes: inout AttributeReader) throws {}

  func check(_ inputs: [TensorType?]) throws { _ = try inputs.required(0, "X") }

  func results(of inputs: [Tensor?]) throws -> [Tensor] {
    let input = try inputs.required(0)
    let flags = Tensor(zeros: .bool, shape: input.shape)
    try Cast.convert(input, into: flags, ExecutionContext())
    let isSet = flags.pointer(as: UInt8.self)
    let places = (0..<input.elementCount).filter { isSet[$0] != 0 }
    let strides = rowMajorStrides(input.shape)
    let result = Tensor(zeros: .int64, shape: [input.shape.count, places.count])
    let target = result.pointer(as: Int64.self)
    for (axis, size) in input.shape.enumerated() {
      for (index, place) in places.enumerated() {
        target[axis * places.count + index] = Int64(place / strides[axis] % size)
      }
    }
    return [result]
  }
}

/// The slices along an axis, or the elements of the flattened input, whose condition is true.
///
/// input of any type, condition [at most as many], bool. Source: ONNX Compress, opset 9 on.
struct Compress: DataDependent {
  static let onnxName = "Compress"
  let axis: Int?

  init(from attributes: inout AttributeReader) throws { axis = try attributes.intIfPresent("axis") }

  func check(_ inputs: [TensorType?]) throws {
    let (input, condition) = (try inputs.required(0, "input"), try inputs.required(1, "condition"))
    let axis = try self.axis.map { try normalizedAxis($0, rank: input.shape.count) }
    let size = axis.map { input.shape[$0] } ?? input.elementCount
    guard condition.elementType == .bool, condition.shape.count == 1, condition.shape[0] <= size else {
      throw ShapeError("condition \(condition.elementType)\(condition.shape) for \(size) slices")
    }
  }

  func results(of inputs: [Tensor?]) throws -> [Tensor] {
    var input = try inputs.required(0)
    if axis == nil { input = input.reshaped([input.elementCount]) }
    let axis = try normalizedAxis(self.axis ?? 0, rank: input.shape.count)
    return [input.slices(try inputs.integers(1).indices(where: { $0 != 0 }), along: axis)]
  }
}

extension Array {
  /// Where the elements are for which `isIncluded` holds.
  fileprivate func indices(where isIncluded: (Element) -> Bool) -> [Int] { indices.filter { isIncluded(self[$0]) } }
}

extension Tensor {
  /// The slices at those positions along an axis, in that order.
  func slices(_ positions: [Int], along axis: Int) -> Tensor {
    var shape = self.shape
    shape[axis] = positions.count
    let result = Tensor(zeros: elementType, shape: shape)
    BlockCopy.slices(of: self, at: positions, along: axis, into: result, ExecutionContext())
    return result
  }
}
