/// Reading the operands that an operator was given, with a clear error where one is missing or of the wrong kind.
extension Array where Element == TensorType? {
  /// The type of a required float32 input.
  func requiredFloat(_ index: Int, _ name: String) throws -> TensorType {
    let type = try required(index, name)
    guard type.elementType == .float32 else {
      throw ShapeError("input \(name) has element type \(type.elementType); only float32 is supported")
    }
    return type
  }
}

extension Array where Element == Tensor? {
  /// A required input or output; throws `ShapeError` with its name where it is left out.
  func required(_ index: Int, _ name: String) throws -> Tensor {
    guard let tensor = optional(index) else { throw ShapeError("operand \(name) is missing") }
    return tensor
  }
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

  /// The sum of non-negative numbers, or `Int.max` where it does not fit.
  static func saturatingSum(_ terms: some Sequence<Int>) -> Int {
    terms.reduce(0) { sum, term in
      let (next, overflow) = sum.addingReportingOverflow(term)
      return overflow ? Int.max : next
    }
  }

  /// The product of non-negative factors, or `Int.max` where it does not fit.
  static func saturatingProduct(_ factors: Int...) -> Int {
    factors.reduce(1) { product, factor in
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      return overflow ? Int.max : next
    }
  }
}
