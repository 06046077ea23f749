import CKernels

/// The mean of each window of a quantised tensor.
///
/// X [N, C, spatial...] or with `channels_last` [N, spatial..., C], x_scale, x_zero_point?, y_scale, y_zero_point? -> Y,
/// uint8 or int8. Source: onnxruntime, com.microsoft.QLinearAveragePool.
struct QLinearAveragePool: QuantizedPool {
  static let onnxName = "QLinearAveragePool"
  let isChannelsLast: Bool
  private let pool: AveragePool

  init(from attributes: inout AttributeReader) throws {
    isChannelsLast = try attributes.flag("channels_last", default: false)
    pool = try AveragePool(from: &attributes)
  }

  var operation: any Operator { pool }
}

/// The mean of each channel of a quantised tensor; inputs as `QLinearAveragePool`.
///
/// Source: onnxruntime, com.microsoft.QLinearGlobalAveragePool.
struct QLinearGlobalAveragePool: QuantizedPool {
  static let onnxName = "QLinearGlobalAveragePool"
  let isChannelsLast: Bool
  private let pool: GlobalAveragePool

  init(from attributes: inout AttributeReader) throws {
    isChannelsLast = try attributes.flag("channels_last", default: false)
    pool = try GlobalAveragePool(from: &attributes)
  }

  var operation: any Operator { pool }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try QuantizedMean(inputs.knownTypes, isChannelsLast: isChannelsLast)
      .run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty, inputs.optional(0) != nil,
      inputs.dropFirst().allSatisfy({ $0 == nil || $0?.constant != nil })
    else { return nil }
    return try QuantizedMean(inputs, isChannelsLast: isChannelsLast)
  }
}

/// QLinearGlobalAveragePool with constant parameters: exact sums times x_scale / (elements · y_scale), as onnxruntime
/// computes it.
private struct QuantizedMean: PreparedKernel {
  private let plane: Int
  private let channels: Int
  private let isChannelsLast: Bool
  private let isSigned: Bool
  private let bias: Int32
  private let factors: Tensor
  private let zeroPoint: Int32

  init(_ inputs: [TensorType?], isChannelsLast: Bool) throws {
    let x = try inputs.required(0, "X")
    let operand = try QuantizedOperand([Tensor(zeros: x.elementType, shape: [0])] + inputs.constants.dropFirst(), 0)
    (self.isChannelsLast, isSigned) = (isChannelsLast, x.elementType == .int8)
    channels = isChannelsLast ? x.shape[x.shape.count - 1] : x.shape[1]
    plane = (isChannelsLast ? x.shape[1..<x.shape.count - 1] : x.shape[2...]).reduce(1, *)
    bias = Int32(truncatingIfNeeded: -plane * operand.zeroPoints[0])
    let factor = operand.scales[0] / (Float(plane) * (try inputs.constants.required(3, "y_scale").floats[0]))
    factors = Tensor(shape: [channels], [Float](repeating: factor, count: channels))
    zeroPoint = Int32(inputs.optional(4)?.constant?.integers()?.first ?? 0)
  }

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    guard channels > 0 else { return }
    let kernels = context.kernels.integers
    var result = ck_requantization(
      factors: UnsafePointer(factors.floats), zero_point: zeroPoint, is_signed: isSigned ? 1 : 0, is_small: 0)
    for sample in 0..<input.shape[0] {
      let source = input.bytes + sample * plane * channels
      ScratchPool.shared.withBytes(channels * 4) { memory in
        memory.withMemoryRebound(to: Int32.self, capacity: channels) { sums in
          sums.update(repeating: bias, count: channels)
          if isChannelsLast {
            kernels.pointee.sum_rows(source, isSigned ? 1 : 0, plane, channels, sums)
          } else {
            for channel in 0..<channels {
              kernels.pointee.sum_rows(source + channel * plane, isSigned ? 1 : 0, plane, 1, sums + channel)
            }
          }
          kernels.pointee.requantize_sums(sums, &result, output.bytes + sample * channels, channels)
        }
      }
    }
  }
}

extension [TensorType?] {
  /// The constants among them.
  fileprivate var constants: [Tensor?] { map { $0?.constant } }
}

/// A pool over dequantised elements whose result is quantised again.
protocol QuantizedPool: Operator {
  /// The pool over [N, C, spatial...] in float32.
  var operation: any Operator { get }
  var isChannelsLast: Bool { get }
}

extension QuantizedPool {
  static var domain: String { "com.microsoft" }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try QuantizedResult.checkedOperand(inputs)
    try QuantizedResult.check(inputs, 3, as: input.elementType)
    guard input.shape.count >= 3 else { throw ShapeError("a pool over \(input.shape)") }
    let shape = channelsFirst(input.shape)
    let pooled = try operation.outputs(for: [TensorType(.float32, shape)])[0].shape
    return [TensorType(input.elementType, channelsFirst(pooled, backwards: true))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (operand, output) = (try QuantizedOperand(inputs, 0), try outputs.required(0))
    var input = Tensor(shape: operand.tensor.shape, operand.dequantized())
    let order = axes(input.shape.count)
    if isChannelsLast { input = try reordered(input, order, context) }
    let type = try operation.outputs(for: [TensorType(.float32, input.shape)])[0]
    var pooled = Tensor(zeros: .float32, shape: type.shape)
    try operation.execute([input], into: [pooled], using: context)
    if isChannelsLast { pooled = try reordered(pooled, order.indices.map { order.firstIndex(of: $0) ?? 0 }, context) }
    try QuantizedResult(inputs, 3, output)
      .store(pooled.floats, count: pooled.elementCount, into: output.bytes, context.kernels)
  }

  /// The dimensions in the order batch, channels, space.
  private func axes(_ rank: Int) -> [Int] { [0, rank - 1] + Array(1..<rank - 1) }

  private func channelsFirst(_ shape: [Int], backwards: Bool = false) -> [Int] {
    guard isChannelsLast else { return shape }
    return backwards ? [shape[0]] + shape[2...] + [shape[1]] : axes(shape.count).map { shape[$0] }
  }

  private func reordered(_ tensor: Tensor, _ order: [Int], _ context: ExecutionContext) throws -> Tensor {
    let strides = rowMajorStrides(tensor.shape)
    let result = Tensor(zeros: .float32, shape: order.map { tensor.shape[$0] })
    try StridedCopy.run(tensor, strides: order.map { strides[$0] }, shape: result.shape, into: result, context)
    return result
  }
}
