/// A function of the bits of two integers of one type, with broadcasting.
///
/// Source: ONNX BitwiseAnd, BitwiseOr, BitwiseXor, opset 18 on.
protocol BitwiseFunction: Operator, BitFunction {
  init()
}

/// A function of two integers of the same width.
protocol BitFunction: Sendable {
  static func apply<T: FixedWidthInteger>(_ left: T, _ right: T) -> T
}

extension BitwiseFunction {
  static var aliasing: Aliasing { .inPlace }

  init(from attributes: inout AttributeReader) throws { self.init() }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { [try integerBroadcast(inputs)] }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try applyBits(Self.self, inputs, into: outputs, using: context)
  }
}

struct BitwiseAnd: BitwiseFunction {
  static let onnxName = "BitwiseAnd"
  @inline(__always) static func apply<T: FixedWidthInteger>(_ left: T, _ right: T) -> T { left & right }
}

struct BitwiseOr: BitwiseFunction {
  static let onnxName = "BitwiseOr"
  @inline(__always) static func apply<T: FixedWidthInteger>(_ left: T, _ right: T) -> T { left | right }
}

struct BitwiseXor: BitwiseFunction {
  static let onnxName = "BitwiseXor"
  @inline(__always) static func apply<T: FixedWidthInteger>(_ left: T, _ right: T) -> T { left ^ right }
}

/// The integers with every bit turned over.
///
/// Source: ONNX BitwiseNot, opset 18 on.
struct BitwiseNot: Operator {
  static let onnxName = "BitwiseNot"
  static var aliasing: Aliasing { .inPlace }

  init(from attributes: inout AttributeReader) throws {}

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    try checkInteger(input.elementType)
    return [TensorType(input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    // Whole bytes, whatever the width.
    nonisolated(unsafe) let (source, target) = (
      input.bytes.assumingMemoryBound(to: UInt8.self), output.bytes.assumingMemoryBound(to: UInt8.self)
    )
    context.parallelRanges(output.byteCount, grain: Elementwise.grain) { range in
      for index in range { target[index] = ~source[index] }
    }
  }
}

/// Unsigned integers shifted by as many bits as the second operand says; what leaves the type is lost.
///
/// Source: ONNX BitShift, opset 11 on.
struct BitShift: Operator {
  static let onnxName = "BitShift"
  static var aliasing: Aliasing { .inPlace }
  let isLeft: Bool

  init(from attributes: inout AttributeReader) throws {
    let direction = try attributes.string("direction", default: "")
    guard direction == "LEFT" || direction == "RIGHT" else {
      throw ShapeError("attribute 'direction' must be LEFT or RIGHT, not '\(direction)'")
    }
    isLeft = direction == "LEFT"
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let type = try integerBroadcast(inputs)
    guard [.uint8, .uint16, .uint32, .uint64].contains(type.elementType) else {
      throw ShapeError("operands must be unsigned integers, not \(type.elementType)")
    }
    return [type]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    if isLeft {
      try applyBits(ShiftLeft.self, inputs, into: outputs, using: context)
    } else {
      try applyBits(ShiftRight.self, inputs, into: outputs, using: context)
    }
  }

  // Swift's shifts by more than the width give 0.
  private struct ShiftLeft: BitFunction {
    @inline(__always) static func apply<T: FixedWidthInteger>(_ left: T, _ right: T) -> T { left << right }
  }

  private struct ShiftRight: BitFunction {
    @inline(__always) static func apply<T: FixedWidthInteger>(_ left: T, _ right: T) -> T { left >> right }
  }
}

private func applyBits<Function: BitFunction>(
  _ function: Function.Type, _ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext
) throws {
  let (left, right, output) = (try inputs.required(0), try inputs.required(1), try outputs.required(0))
  switch output.elementType.byteCount {
  case 1: Elementwise.binary(left, right, into: output, context) { (a: UInt8, b: UInt8) in Function.apply(a, b) }
  case 2: Elementwise.binary(left, right, into: output, context) { (a: UInt16, b: UInt16) in Function.apply(a, b) }
  case 4: Elementwise.binary(left, right, into: output, context) { (a: UInt32, b: UInt32) in Function.apply(a, b) }
  default: Elementwise.binary(left, right, into: output, context) { (a: UInt64, b: UInt64) in Function.apply(a, b) }
  }
}

private func integerBroadcast(_ inputs: [TensorType?]) throws -> TensorType {
  let (left, right) = (try inputs.required(0, "A"), try inputs.required(1, "B"))
  guard left.elementType == right.elementType else {
    throw ShapeError("operands of types \(left.elementType) and \(right.elementType)")
  }
  try checkInteger(left.elementType)
  return TensorType(left.elementType, try broadcastShape([left.shape, right.shape]))
}

private func checkInteger(_ type: ElementType) throws {
  guard type.isNumber, !type.isFloat else { throw ShapeError("operands must be integers, not \(type)") }
}
