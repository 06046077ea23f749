import Foundation

/// A Swift type that an element type computes in: IEEE floats, and integers that wrap as ONNX's do.
protocol Number: BitwiseCopyable, Comparable, Sendable {
  /// What sums are kept in: `Double`, `Int64` or `UInt64`.
  associatedtype Wide: Number
  static var zero: Self { get }
  static var one: Self { get }
  static var lowest: Self { get }
  static var highest: Self { get }
  static func add(_ left: Self, _ right: Self) -> Self
  static func subtract(_ left: Self, _ right: Self) -> Self
  static func multiply(_ left: Self, _ right: Self) -> Self
  /// The quotient; integers truncate towards zero, and anything divided by an integer 0 is 0.
  static func divide(_ left: Self, _ right: Self) -> Self
  static func power(_ base: Self, _ exponent: Double) -> Self
  /// The remainder with the sign of the divisor, or with `truncating` of the dividend (C's fmod).
  static func remainder(_ left: Self, _ right: Self, truncating: Bool) -> Self
  static func magnitude(_ value: Self) -> Self
  var isNaN: Bool { get }
  var wide: Wide { get }
  init(narrowing wide: Wide)
  var double: Double { get }
  /// The nearest value that this type has; NaN becomes 0 in an integer type.
  init(converting value: Double)
}

extension Number {
  /// The smaller of two values; NaN wins.
  @inline(__always) static func lesser(_ left: Self, _ right: Self) -> Self {
    left < right || left.isNaN ? left : right
  }
  /// The larger of two values; NaN wins.
  @inline(__always) static func greater(_ left: Self, _ right: Self) -> Self {
    left > right || left.isNaN ? left : right
  }
}

extension Number where Self: BinaryFloatingPoint {
  static var one: Self { 1 }
  static var lowest: Self { -.infinity }
  static var highest: Self { .infinity }
  @inline(__always) static func add(_ left: Self, _ right: Self) -> Self { left + right }
  @inline(__always) static func subtract(_ left: Self, _ right: Self) -> Self { left - right }
  @inline(__always) static func multiply(_ left: Self, _ right: Self) -> Self { left * right }
  @inline(__always) static func divide(_ left: Self, _ right: Self) -> Self { left / right }
  static func remainder(_ left: Self, _ right: Self, truncating: Bool) -> Self {
    let rest = left.truncatingRemainder(dividingBy: right)
    return truncating || rest == 0 || (rest < 0) == (right < 0) ? rest : rest + right
  }
  @inline(__always) static func magnitude(_ value: Self) -> Self { abs(value) }
}

extension Float: Number {
  static func power(_ base: Float, _ exponent: Double) -> Float { powf(base, Float(exponent)) }
  @inline(__always) var wide: Double { Double(self) }
  @inline(__always) init(narrowing wide: Double) { self = Float(wide) }
  @inline(__always) var double: Double { Double(self) }
  @inline(__always) init(converting value: Double) { self = Float(value) }
}

extension Double: Number {
  static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
  @inline(__always) var wide: Double { self }
  @inline(__always) init(narrowing wide: Double) { self = wide }
  @inline(__always) var double: Double { self }
  @inline(__always) init(converting value: Double) { self = value }
}

extension Number where Self: FixedWidthInteger {
  static var one: Self { 1 }
  static var lowest: Self { .min }
  static var highest: Self { .max }
  @inline(__always) static func add(_ left: Self, _ right: Self) -> Self { left &+ right }
  @inline(__always) static func subtract(_ left: Self, _ right: Self) -> Self { left &- right }
  @inline(__always) static func multiply(_ left: Self, _ right: Self) -> Self { left &* right }
  @inline(__always) static func divide(_ left: Self, _ right: Self) -> Self {
    right == 0 ? 0 : left.dividedReportingOverflow(by: right).partialValue
  }
  static func power(_ base: Self, _ exponent: Double) -> Self {
    guard exponent >= 0, exponent == exponent.rounded(), exponent < 1e9 else {
      return Self(converting: pow(base.double, exponent))
    }
    var (result, square, left) = (Self(1), base, Int(exponent))
    while left > 0 {
      if left & 1 == 1 { result = result &* square }
      square = square &* square
      left >>= 1
    }
    return result
  }
  static func remainder(_ left: Self, _ right: Self, truncating: Bool) -> Self {
    guard right != 0 else { return 0 }
    let rest = left.remainderReportingOverflow(dividingBy: right).partialValue
    return truncating || rest == 0 || (rest < 0) == (right < 0) ? rest : rest &+ right
  }
  @inline(__always) static func magnitude(_ value: Self) -> Self { value < 0 ? 0 &- value : value }
  @inline(__always) var isNaN: Bool { false }
  @inline(__always) var double: Double { Double(self) }
  @inline(__always) init(converting value: Double) {
    // Double(Self.max) may round up to 2^63 or 2^64, which the comparison below catches before the conversion traps.
    if value.isNaN {
      self = 0
    } else if value <= Double(Self.min) {
      self = .min
    } else if value >= Double(Self.max) {
      self = .max
    } else {
      self = Self(value)
    }
  }
}

extension Int64: Number {
  @inline(__always) var wide: Int64 { self }
  @inline(__always) init(narrowing wide: Int64) { self = wide }
}
extension Int32: Number {
  @inline(__always) var wide: Int64 { Int64(self) }
  @inline(__always) init(narrowing wide: Int64) { self.init(truncatingIfNeeded: wide) }
}
extension Int16: Number {
  @inline(__always) var wide: Int64 { Int64(self) }
  @inline(__always) init(narrowing wide: Int64) { self.init(truncatingIfNeeded: wide) }
}
extension Int8: Number {
  @inline(__always) var wide: Int64 { Int64(self) }
  @inline(__always) init(narrowing wide: Int64) { self.init(truncatingIfNeeded: wide) }
}
extension UInt64: Number {
  @inline(__always) var wide: UInt64 { self }
  @inline(__always) init(narrowing wide: UInt64) { self = wide }
}
extension UInt32: Number {
  @inline(__always) var wide: Int64 { Int64(self) }
  @inline(__always) init(narrowing wide: Int64) { self.init(truncatingIfNeeded: wide) }
}
extension UInt16: Number {
  @inline(__always) var wide: Int64 { Int64(self) }
  @inline(__always) init(narrowing wide: Int64) { self.init(truncatingIfNeeded: wide) }
}
extension UInt8: Number {
  @inline(__always) var wide: Int64 { Int64(self) }
  @inline(__always) init(narrowing wide: Int64) { self.init(truncatingIfNeeded: wide) }
}
