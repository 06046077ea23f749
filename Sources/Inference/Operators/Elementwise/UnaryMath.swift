import Foundation

/// An element-wise function of one float operand.
///
/// X -> Y of the same shape, float32 or float64. Source: the ONNX operator of the same name.
protocol FloatFunction: Operator {
  init()
  static func apply(_ x: Float) -> Float
  static func apply(_ x: Double) -> Double
}

extension FloatFunction {
  public static var aliasing: Aliasing { .inPlace }

  init(from attributes: inout AttributeReader) throws { self.init() }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard input.elementType == .float32 || input.elementType == .float64 else {
      throw ShapeError("element type \(input.elementType) is not supported here")
    }
    return [TensorType(input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    if input.elementType == .float32 {
      Elementwise.unary(input, into: output, context) { (x: Float) -> Float in Self.apply(x) }
    } else {
      Elementwise.unary(input, into: output, context) { (x: Double) -> Double in Self.apply(x) }
    }
  }
}

struct Sqrt: FloatFunction {
  static let onnxName = "Sqrt"
  @inline(__always) static func apply(_ x: Float) -> Float { x.squareRoot() }
  @inline(__always) static func apply(_ x: Double) -> Double { x.squareRoot() }
}

struct Log: FloatFunction {
  static let onnxName = "Log"
  static func apply(_ x: Float) -> Float { logf(x) }
  static func apply(_ x: Double) -> Double { log(x) }
}

struct Reciprocal: FloatFunction {
  static let onnxName = "Reciprocal"
  @inline(__always) static func apply(_ x: Float) -> Float { 1 / x }
  @inline(__always) static func apply(_ x: Double) -> Double { 1 / x }
}

struct Ceil: FloatFunction {
  static let onnxName = "Ceil"
  static func apply(_ x: Float) -> Float { x.rounded(.up) }
  static func apply(_ x: Double) -> Double { x.rounded(.up) }
}

struct Floor: FloatFunction {
  static let onnxName = "Floor"
  static func apply(_ x: Float) -> Float { x.rounded(.down) }
  static func apply(_ x: Double) -> Double { x.rounded(.down) }
}

/// Rounding to the nearest integer, halves to even.
struct Round: FloatFunction {
  static let onnxName = "Round"
  static func apply(_ x: Float) -> Float { x.rounded(.toNearestOrEven) }
  static func apply(_ x: Double) -> Double { x.rounded(.toNearestOrEven) }
}

struct Sin: FloatFunction {
  static let onnxName = "Sin"
  static func apply(_ x: Float) -> Float { sinf(x) }
  static func apply(_ x: Double) -> Double { sin(x) }
}

struct Cos: FloatFunction {
  static let onnxName = "Cos"
  static func apply(_ x: Float) -> Float { cosf(x) }
  static func apply(_ x: Double) -> Double { cos(x) }
}
