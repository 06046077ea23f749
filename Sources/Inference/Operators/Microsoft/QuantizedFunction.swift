import Foundation

/// A function of one quantised tensor whose result is quantised again, as a table of its 256 values.
///
/// X, X_scale, X_zero_point?, Y_scale, Y_zero_point? -> Y as X, uint8 or int8.
protocol QuantizedFunction: Operator {
  func apply(_ x: Float) -> Float
}

extension QuantizedFunction {
  static var domain: String { "com.microsoft" }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try QuantizedResult.checkedOperand(inputs)
    try QuantizedResult.check(inputs, 3, as: input.elementType)
    return [input]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let output = try outputs.required(0)
    let operand = try QuantizedOperand(inputs, 0)
    let codes = Tensor(operand.tensor.elementType, shape: [256], elements: (0...255).map { UInt8($0) })
    let numbers = QuantizedOperand(codes, scales: operand.scales, zeroPoints: operand.zeroPoints).dequantized()
    let table = Tensor(zeros: output.elementType, shape: [256])
    try QuantizedResult(inputs, 3, output).store(numbers.map(apply), into: table.bytes, context)
    nonisolated(unsafe) let values = table.bytes.assumingMemoryBound(to: UInt8.self)
    nonisolated(unsafe) let source = operand.tensor.bytes.assumingMemoryBound(to: UInt8.self)
    nonisolated(unsafe) let target = output.bytes.assumingMemoryBound(to: UInt8.self)
    context.parallelRanges(output.elementCount, grain: Elementwise.grain) { range in
      for index in range { target[index] = values[Int(source[index])] }
    }
  }
}

/// `X` where it is not negative, else `alpha · X`.
///
/// Source: onnxruntime, com.microsoft.QLinearLeakyRelu.
struct QLinearLeakyRelu: QuantizedFunction {
  static let onnxName = "QLinearLeakyRelu"
  let alpha: Float
  init(from attributes: inout AttributeReader) throws { alpha = try attributes.float("alpha", default: 0.01) }
  func apply(_ x: Float) -> Float { x < 0 ? alpha * x : x }
}

/// `1 / (1 + exp(-X))`.
///
/// Source: onnxruntime, com.microsoft.QLinearSigmoid.
struct QLinearSigmoid: QuantizedFunction {
  static let onnxName = "QLinearSigmoid"
  init(from attributes: inout AttributeReader) throws {}
  func apply(_ x: Float) -> Float { Float(1 / (1 + exp(-Double(x)))) }
}

/// Scale and zero point of a result that is computed in float32 and quantised to 8 bits.
struct QuantizedResult: Sendable {
  private let scale: Float
  private let zeroPoint: Int
  private let isSigned: Bool

  /// Reads inputs `index` and `index + 1`; the zero point may be left out.
  init(_ inputs: [Tensor?], _ index: Int, _ output: Tensor) throws {
    scale = try inputs.required(index, "scale").floats[0]
    zeroPoint = inputs.optional(index + 1)?.integers()?.first ?? 0
    isSigned = output.elementType == .int8
  }

  /// The type of input `index`, which must be uint8 or int8 with one scale and zero point behind it.
  static func checkedOperand(_ inputs: [TensorType?], _ index: Int = 0) throws -> TensorType {
    try QuantizedOperand.check(inputs, index, "X", channels: 1)
    let input = try inputs.required(index, "X")
    return TensorType(input.elementType, input.shape)
  }

  /// Throws `ShapeError` unless scale and zero point are scalars for that element type.
  static func check(_ inputs: [TensorType?], _ index: Int, as type: ElementType) throws {
    guard try inputs.requiredFloat(index, "Y_scale").elementCount == 1 else {
      throw ShapeError("Y_scale must be a scalar")
    }
    if let zero = inputs.optional(index + 1), zero.elementType != type || zero.elementCount != 1 {
      throw ShapeError("Y_zero_point must be a scalar of type \(type)")
    }
  }

  func store(_ values: UnsafePointer<Float>, count: Int, into target: UnsafeMutableRawPointer, _ kernels: Kernels) {
    QuantizedKernels.quantize(
      values, scale: scale, zeroPoint: zeroPoint, isSigned: isSigned, into: target, count: count, using: kernels)
  }

  func store(_ values: [Float], into target: UnsafeMutableRawPointer, _ context: ExecutionContext) throws {
    store(values, count: values.count, into: target, context.kernels)
  }
}
