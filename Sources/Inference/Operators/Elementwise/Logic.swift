/// An element-wise function of two bools, with broadcasting.
///
/// Source: ONNX And, Or, Xor, opset 7 on.
protocol LogicFunction: Operator {
  init()
  static func apply(_ left: Bool, _ right: Bool) -> Bool
}

extension LogicFunction {
  public static var aliasing: Aliasing { .inPlace }

  init(from attributes: inout AttributeReader) throws { self.init() }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (left, right) = (try inputs.required(0, "A"), try inputs.required(1, "B"))
    guard left.elementType == .bool, right.elementType == .bool else { throw ShapeError("the operands must be bool") }
    return [TensorType(.bool, try broadcastShape([left.shape, right.shape]))]
  }

  // Bytes other than 0 and 1, which a file may hold, count as true.
  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    Elementwise.binary(
      try inputs.required(0), try inputs.required(1), into: try outputs.required(0), context
    ) { (a: UInt8, b: UInt8) -> UInt8 in Self.apply(a != 0, b != 0) ? 1 : 0 }
  }
}

struct And: LogicFunction {
  static let onnxName = "And"
  @inline(__always) static func apply(_ left: Bool, _ right: Bool) -> Bool { left && right }
}

struct Or: LogicFunction {
  static let onnxName = "Or"
  @inline(__always) static func apply(_ left: Bool, _ right: Bool) -> Bool { left || right }
}

struct Xor: LogicFunction {
  static let onnxName = "Xor"
  @inline(__always) static func apply(_ left: Bool, _ right: Bool) -> Bool { left != right }
}

/// Negation of a bool.
///
/// Source: ONNX Not.
struct Not: Operator {
  static let onnxName = "Not"
  static var aliasing: Aliasing { .inPlace }

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard input.elementType == .bool else { throw ShapeError("the operand must be bool") }
    return [TensorType(.bool, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    Elementwise.unary(try inputs.required(0), into: try outputs.required(0), context) { (x: UInt8) -> UInt8 in
      x == 0 ? 1 : 0
    }
  }
}
