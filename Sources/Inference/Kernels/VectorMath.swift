import CKernels
import Foundation

/// A step of element-wise arithmetic between two operands.
public enum VectorOperation: Sendable {
  case add, subtract, multiply, divide, maximum, minimum

  var code: ck_operation {
    switch self {
    case .add: CK_ADD
    case .subtract: CK_SUB
    case .multiply: CK_MUL
    case .divide: CK_DIV
    case .maximum: CK_MAX
    case .minimum: CK_MIN
    }
  }
}

/// Kernels over contiguous rows of floats; an element's result does not depend on where in the row it is.
///
/// exp is within 2 ulp, tanh, sigmoid and erf within 4 ulp of the exact value.
extension Kernels {
  /// Applies a function to every element; `x` and `y` may be the same.
  public func apply(
    _ function: ScalarFunction, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    table.pointee.apply(function.code, function.first, function.second, x, y, count)
  }

  /// `y[i] = a[i] op b[i]`; an operand with a step of 0 is one element for all.
  public func combine(
    _ operation: VectorOperation, _ a: UnsafePointer<Float>, aStep: Int = 1, _ b: UnsafePointer<Float>,
    bStep: Int = 1, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    table.pointee.combine(operation.code, a, aStep, b, bStep, y, count)
  }

  /// `y[i] = fma(x[i], scale[i], shift[i])`.
  public func affine(
    _ x: UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    table.pointee.scale_and_shift(x, scale, shift, y, count)
  }

  /// The sum, in an order that depends on the count alone.
  public func sum(_ x: UnsafePointer<Float>, count: Int) -> Float { table.pointee.sum(x, count) }

  /// The sum in double precision, in an order that depends on the count alone.
  public func wideSum(_ x: UnsafePointer<Float>, count: Int) -> Double { table.pointee.sum_wide(x, count) }

  /// The greatest element; negative infinity without elements.
  public func maximum(_ x: UnsafePointer<Float>, count: Int) -> Float { table.pointee.maximum(x, count) }

  /// Exponentials divided by their sum, shifted by the greatest element; `x` and `y` may be the same.
  public func softmax(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
    var total = table.pointee.exp_sum(x, maximum(x, count: count), y, count)
    table.pointee.combine(CK_DIV, y, 1, &total, 0, y, count)
  }

  /// The logarithm of `softmax`; `x` and `y` may be the same.
  public func logSoftmax(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
    let greatest = maximum(x, count: count)
    let total = withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { exponentials in
      exponentials.baseAddress.map { table.pointee.exp_sum(x, greatest, $0, count) } ?? 0
    }
    var shift = greatest + Float(Foundation.log(Double(total)))
    table.pointee.combine(CK_SUB, x, 1, &shift, 0, y, count)
  }

  /// Brings a row to mean 0 and variance 1, then scales and shifts it; returns the mean and 1 / deviation.
  public func normalize(
    _ x: UnsafePointer<Float>, scale: UnsafePointer<Float>, bias: UnsafePointer<Float>?, epsilon: Float,
    into y: UnsafeMutablePointer<Float>, count: Int
  ) -> (mean: Float, inverseDeviation: Float) {
    var mean = sum(x, count: count) / Float(count)
    let variance = table.pointee.squares(x, mean, count) / Float(count)
    var inverse = 1 / (variance + epsilon).squareRoot()
    table.pointee.combine(CK_SUB, x, 1, &mean, 0, y, count)
    table.pointee.combine(CK_MUL, y, 1, &inverse, 0, y, count)
    table.pointee.combine(CK_MUL, y, 1, scale, 1, y, count)
    if let bias { table.pointee.combine(CK_ADD, y, 1, bias, 1, y, count) }
    return (mean, inverse)
  }
}
