/// An element-wise comparison with broadcasting.
///
/// A, B of one type -> bool. Source: ONNX Equal, Greater, Less, opset 7 on; GreaterOrEqual, LessOrEqual, opset 12 on.
protocol Comparison: Operator {
  init()
  static func apply<T: Number>(_ left: T, _ right: T) -> Bool
}

extension Comparison {
  init(from attributes: inout AttributeReader) throws { self.init() }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (left, right) = (try inputs.required(0, "A"), try inputs.required(1, "B"))
    guard left.elementType == right.elementType else {
      throw ShapeError("operands of types \(left.elementType) and \(right.elementType)")
    }
    if left.elementType != .bool { try left.elementType.checkNumber() }
    return [TensorType(.bool, try broadcastShape([left.shape, right.shape]))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let work = ComparisonWork<Self>(
      left: try inputs.required(0), right: try inputs.required(1), output: try outputs.required(0), context: context)
    // A bool is a byte of 0 or 1.
    try (work.left.elementType == .bool ? .uint8 : work.left.elementType).dispatch(work)
  }
}

private struct ComparisonWork<Function: Comparison>: NumberWork {
  let left: Tensor
  let right: Tensor
  let output: Tensor
  let context: ExecutionContext

  func run<T: Number>(_ type: T.Type) {
    Elementwise.binary(left, right, into: output, context) { (a: T, b: T) -> Bool in Function.apply(a, b) }
  }
}

struct Equal: Comparison {
  static let onnxName = "Equal"
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> Bool { left == right }
}

struct Greater: Comparison {
  static let onnxName = "Greater"
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> Bool { left > right }
}

struct Less: Comparison {
  static let onnxName = "Less"
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> Bool { left < right }
}

struct GreaterOrEqual: Comparison {
  static let onnxName = "GreaterOrEqual"
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> Bool { left >= right }
}

struct LessOrEqual: Comparison {
  static let onnxName = "LessOrEqual"
  @inline(__always) static func apply<T: Number>(_ left: T, _ right: T) -> Bool { left <= right }
}
