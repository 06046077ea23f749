/// Reading the operands that an operator was given, with a clear error where one is missing or of the wrong kind.
extension Array where Element == TensorType? {
  /// The type of a required input; throws `ShapeError` where it is left out.
  func operand(_ index: Int, _ name: String) throws -> TensorType {
    guard index < count, let type = self[index] else { throw ShapeError("input \(name) is missing") }
    return type
  }

  /// The type of a required float32 input.
  func floatOperand(_ index: Int, _ name: String) throws -> TensorType {
    let type = try operand(index, name)
    guard type.elementType == .float32 else {
      throw ShapeError("input \(name) has element type \(type.elementType); only float32 is supported")
    }
    return type
  }

  /// The type of an optional input, or `nil` where it is left out.
  func optionalOperand(_ index: Int) -> TensorType? { index < count ? self[index] : nil }
}

extension Array where Element == Tensor? {
  /// A required input or output; throws `ShapeError` where it is left out.
  func operand(_ index: Int, _ name: String) throws -> Tensor {
    guard index < count, let tensor = self[index] else { throw ShapeError("operand \(name) is missing") }
    return tensor
  }

  /// An optional input or output, or `nil` where it is left out.
  func optionalOperand(_ index: Int) -> Tensor? { index < count ? self[index] : nil }

  /// The types of the tensors, with their values as constants.
  var types: [TensorType?] { map { $0.map(TensorType.init(constant:)) } }
}

/// Sizes that come from files: products that cannot overflow.
enum Extent {
  /// More elements than any machine holds; larger shapes are refused.
  static let limit = 1 << 40

  /// The product of non-negative sizes; throws `ShapeError` above `limit`.
  static func count(of shape: [Int]) throws -> Int {
    var product = 1
    for size in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow, next <= limit else { throw ShapeError("shape \(shape) is too large") }
      product = next
    }
    return product
  }

  /// The product of non-negative factors, or `Int.max` where it does not fit.
  static func saturatingProduct(_ factors: Int...) -> Int {
    factors.reduce(1) { product, factor in
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      return overflow ? Int.max : next
    }
  }

  /// `axis` counted from the front; throws `ShapeError` outside `-rank ..< rank`.
  static func axis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank else { throw ShapeError("axis \(axis) is outside a tensor of rank \(rank)") }
    return axis < 0 ? axis + rank : axis
  }
}
