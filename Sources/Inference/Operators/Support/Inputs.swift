/// Reading a node's inputs by position, where trailing optional ones may be missing altogether.
extension Array where Element == TensorType? {
  /// The type at `index`, or `nil` where the input is left out.
  func optional(_ index: Int) -> TensorType? { index < count ? self[index] : nil }

  /// The type at `index`; throws `ShapeError` where it is left out.
  func required(_ index: Int, _ name: String) throws -> TensorType {
    guard let type = optional(index) else { throw ShapeError("input '\(name)' is missing") }
    return type
  }

  /// The integers that input `index` holds; throws `needsValue` where they are not known yet.
  func integers(_ index: Int, _ name: String) throws -> [Int] {
    let type = try required(index, name)
    guard let constant = type.constant else { throw ShapeError.needsValue(of: name) }
    guard let values = constant.integers() else {
      throw ShapeError("input '\(name)' must hold integers, not \(type.elementType)")
    }
    return values
  }

  /// The integers that input `index` holds, or `nil` where it is left out.
  func optionalIntegers(_ index: Int, _ name: String) throws -> [Int]? {
    optional(index) == nil ? nil : try integers(index, name)
  }
}

extension Array where Element == Tensor? {
  /// The tensor at `index`, or `nil` where it is left out.
  func optional(_ index: Int) -> Tensor? { index < count ? self[index] : nil }

  /// The tensor at `index`; throws where it is left out.
  func required(_ index: Int) throws -> Tensor {
    guard let tensor = optional(index) else { throw ExecutionError("input or output \(index) is missing") }
    return tensor
  }

  /// The integers of the tensor at `index`.
  func integers(_ index: Int) throws -> [Int] {
    guard let values = try required(index).integers() else { throw ExecutionError("input \(index) must hold integers") }
    return values
  }

  /// The types of the tensors, with their values as constants.
  var knownTypes: [TensorType?] { map { $0.map(TensorType.init(constant:)) } }
}

/// The axis counted from the front; throws unless it lies in [-rank, rank).
func normalizedAxis(_ axis: Int, rank: Int) throws -> Int {
  guard axis >= -rank, axis < rank else { throw ShapeError("axis \(axis) of a tensor with \(rank) dimensions") }
  return axis < 0 ? axis + rank : axis
}

/// The axes counted from the front, in the order given; throws where one is out of range or named twice.
func normalizedAxes(_ axes: [Int], rank: Int) throws -> [Int] {
  let axes = try axes.map { try normalizedAxis($0, rank: rank) }
  guard Set(axes).count == axes.count else { throw ShapeError("an axis is named twice in \(axes)") }
  return axes
}

/// The number of elements of a shape; throws where a size is negative or the product beyond what memory could ever hold.
///
/// Sizes of 0 do not excuse the others, so that strides cannot overflow either.
func checkedCount(_ shape: [Int]) throws -> Int {
  var bound = 1
  for size in shape {
    guard size >= 0 else { throw ShapeError("negative size in shape \(shape)") }
    let (product, overflow) = bound.multipliedReportingOverflow(by: max(1, size))
    guard !overflow, product < 1 << 46 else { throw ShapeError("shape \(shape) is too large") }
    bound = product
  }
  return shape.contains(0) ? 0 : bound
}

/// The position that an index with Python's negative form names; throws unless it lies in [-size, size).
func checkedIndex(_ index: Int, size: Int) throws -> Int {
  guard index >= -size, index < size else {
    throw ExecutionError("index \(index) is out of range for a dimension of \(size)")
  }
  return index < 0 ? index + size : index
}

/// Row-major strides of a shape, in elements.
func rowMajorStrides(_ shape: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in stride(from: shape.count - 2, through: 0, by: -1) { strides[axis] = strides[axis + 1] * shape[axis + 1] }
  return strides
}
