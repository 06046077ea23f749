/// Convolution of 8-bit integers, exact in int32.
///
/// x [N, C, spatial...] and w [M, C / group, kernel...], int8 or uint8; x_zero_point? (a scalar), w_zero_point? (a
/// scalar or [M]) -> y [N, M, spatial'...] int32. Padding has the value of the zero point. MACs as Conv.
/// Source: ONNX ConvInteger, opset 10.
struct ConvInteger: ConvolutionOperator {
  static let onnxName = "ConvInteger"
  let settings: ConvolutionSettings

  init(from attributes: inout AttributeReader) throws { settings = try ConvolutionSettings(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (x, w) = (try inputs.required(0, "x"), try inputs.required(1, "w"))
    for type in [x.elementType, w.elementType] where type != .int8 && type != .uint8 {
      throw ShapeError("an operand is \(type), not int8 or uint8")
    }
    let geometry = try geometry(x.shape, w.shape)
    try ExactProduct.ZeroPoints.check(inputs.optional(2), lines: 1, matrices: 1, of: x, name: "x_zero_point")
    try ExactProduct.ZeroPoints.check(
      inputs.optional(3), lines: geometry.outputChannels, matrices: 1, of: w, name: "w_zero_point")
    return [TensorType(.int32, geometry.outputShape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let types = inputs.knownTypes
    guard let kernel = try kernel(for: types, using: context) else { throw ShapeError("the weights are missing") }
    try kernel.run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    epilogue.isEmpty ? try kernel(for: inputs, using: context) : nil
  }

  /// `nil` unless the weights and their zero points are known.
  private func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> Kernel? {
    guard let x = inputs.optional(0), let w = inputs.optional(1)?.constant else { return nil }
    let zeros = inputs.optional(3)
    if zeros != nil, zeros?.constant == nil { return nil }
    return Kernel(
      convolution: try IntegerConvolution(
        geometry(x.shape, w.shape), weights: w, zeroPoints: zeros?.constant?.integers() ?? [0],
        inputType: x.elementType, storesSums: true, using: context))
  }

  private struct Kernel: PreparedKernel {
    let convolution: IntegerConvolution

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      let zero = inputs.optional(2)?.integers()?.first ?? 0
      convolution.run(
        try inputs.required(0, "x"), convolution.parameters(zeroPoint: zero, nil), isChannelsLast: false,
        into: try outputs.required(0, "y"), using: context)
    }
  }

  private func geometry(_ x: [Int], _ w: [Int]) throws -> ConvolutionGeometry {
    guard x.count <= 5 else { throw ShapeError("ConvInteger over \(x)") }
    return try ConvolutionGeometry(input: x, weights: w, group: group, window: window)
  }
}
