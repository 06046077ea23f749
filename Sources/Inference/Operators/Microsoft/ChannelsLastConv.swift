/// QLinearConv over tensors with channels first or, with `channels_last`, [N, spatial..., C]; weights stay as they are.
///
/// Source: onnxruntime, com.microsoft.QLinearConv.
struct ChannelsLastConv: Operator {
  static let onnxName = "QLinearConv"
  static var domain: String { "com.microsoft" }
  private let isChannelsLast: Bool
  private let convolution: QLinearConv

  init(from attributes: inout AttributeReader) throws {
    isChannelsLast = try attributes.flag("channels_last", default: false)
    convolution = try QLinearConv(from: &attributes)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let output = try convolution.outputs(for: channelsFirst(inputs))[0]
    return [TensorType(output.elementType, isChannelsLast ? Self.turned(output.shape) : output.shape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int { convolution.macs(for: inputs, outputs: outputs) }

  func costClass(for inputs: [TensorType?]) -> CostClass {
    (try? convolution.costClass(for: channelsFirst(inputs))) ?? .convolution
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let kernel = try QuantizedConvolutionKernel(
      convolution.geometry(for: channelsFirst(inputs.knownTypes)), inputs, isChannelsLast: isChannelsLast,
      using: context)
    try kernel.run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty else { return nil }
    return try QuantizedConvolutionKernel(
      ifConstant: inputs, convolution.geometry(for: channelsFirst(inputs)), isChannelsLast: isChannelsLast,
      using: context)
  }

  /// The types with x as a tensor with channels first.
  private func channelsFirst(_ inputs: [TensorType?]) throws -> [TensorType?] {
    guard isChannelsLast else { return inputs }
    let x = try inputs.required(0, "x")
    guard x.shape.count >= 3, let channels = x.shape.last else { throw ShapeError("QLinearConv over \(x.shape)") }
    return [TensorType(x.elementType, [x.shape[0], channels] + x.shape[1..<x.shape.count - 1])] + inputs.dropFirst()
  }

  /// [N, C, spatial...] as [N, spatial..., C].
  private static func turned(_ shape: [Int]) -> [Int] { [shape[0]] + shape[2...] + [shape[1]] }
}
