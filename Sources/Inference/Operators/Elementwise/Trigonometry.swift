import Foundation

/// Trigonometric and hyperbolic functions and their inverses, in radians; NaN outside of their domains.
///
/// Source: ONNX Tan, Asin, Acos, Atan, opset 7 on; Sinh, Cosh, Asinh, Acosh, Atanh, opset 9 on.
struct Tan: FloatFunction {
  static let onnxName = "Tan"
  static func apply(_ x: Float) -> Float { tanf(x) }
  static func apply(_ x: Double) -> Double { tan(x) }
}

struct Asin: FloatFunction {
  static let onnxName = "Asin"
  static func apply(_ x: Float) -> Float { asinf(x) }
  static func apply(_ x: Double) -> Double { asin(x) }
}

struct Acos: FloatFunction {
  static let onnxName = "Acos"
  static func apply(_ x: Float) -> Float { acosf(x) }
  static func apply(_ x: Double) -> Double { acos(x) }
}

struct Atan: FloatFunction {
  static let onnxName = "Atan"
  static func apply(_ x: Float) -> Float { atanf(x) }
  static func apply(_ x: Double) -> Double { atan(x) }
}

struct Sinh: FloatFunction {
  static let onnxName = "Sinh"
  static func apply(_ x: Float) -> Float { sinhf(x) }
  static func apply(_ x: Double) -> Double { sinh(x) }
}

struct Cosh: FloatFunction {
  static let onnxName = "Cosh"
  static func apply(_ x: Float) -> Float { coshf(x) }
  static func apply(_ x: Double) -> Double { cosh(x) }
}

struct Asinh: FloatFunction {
  static let onnxName = "Asinh"
  static func apply(_ x: Float) -> Float { asinhf(x) }
  static func apply(_ x: Double) -> Double { asinh(x) }
}

struct Acosh: FloatFunction {
  static let onnxName = "Acosh"
  static func apply(_ x: Float) -> Float { acoshf(x) }
  static func apply(_ x: Double) -> Double { acosh(x) }
}

struct Atanh: FloatFunction {
  static let onnxName = "Atanh"
  static func apply(_ x: Float) -> Float { atanhf(x) }
  static func apply(_ x: Double) -> Double { atanh(x) }
}
