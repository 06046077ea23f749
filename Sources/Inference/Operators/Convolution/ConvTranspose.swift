/// Transposed convolution: every input element adds its weighted kernel to the output.
///
/// X [N, C, spatial...], W [C, M / group, kernel...], B [M]? -> Y [N, M, spatial'...], float32.
/// MACs: input elements · M / group · kernel. Source: ONNX ConvTranspose, opset 1 on.
struct ConvTranspose: Operator {
  static let onnxName = "ConvTranspose"
  let window: Window
  let group: Int
  let outputPadding: [Int]?
  let outputShape: [Int]?

  init(from attributes: inout AttributeReader) throws {
    window = try Window(from: &attributes)
    group = try attributes.int("group", default: 1)
    outputPadding = try attributes.intsIfPresent("output_padding")
    outputShape = try attributes.intsIfPresent("output_shape")
    guard group >= 1 else { throw ShapeError("group must be at least 1, not \(group)") }
    for value in (outputPadding ?? []) + (outputShape ?? []) where value < 0 || value > 1 << 24 {
      throw ShapeError("output_padding and output_shape must lie between 0 and \(1 << 24), not \(value)")
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let geometry = try geometry(for: inputs)
    return [TensorType(.float32, [geometry.batch, geometry.outputChannels] + geometry.window.input)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let input = inputs.optional(0), let weights = inputs.optional(1) else { return 0 }
    return Extent.saturatingProduct(input.elementCount, weights.shape.dropFirst().reduce(1, *))
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .convolution }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let geometry = try geometry(for: inputs.knownTypes)
    try TransposedConvolution(geometry: geometry).run(
      input: inputs.required(0, "X"), weights: inputs.required(1, "W"), bias: inputs.optional(2),
      into: outputs.required(0, "Y"), using: context)
  }

  /// The geometry of the convolution that this one transposes: its `window.input` is our output.
  private func geometry(for inputs: [TensorType?]) throws -> TransposedConvolution.Geometry {
    let input = try inputs.requiredFloat(0, "X").shape
    let weights = try inputs.requiredFloat(1, "W").shape
    guard input.count >= 3, input.count <= 5, weights.count == input.count, weights[0] == input[1],
      weights[0] % group == 0
    else { throw ShapeError("transposed convolution of \(input) with weights \(weights) in \(group) groups") }
    let (outputChannels, overflow) = weights[1].multipliedReportingOverflow(by: group)
    guard !overflow else { throw ShapeError("weights \(weights) in \(group) groups") }
    _ = try Extent.count(of: weights)
    if inputs.optional(2) != nil {
      let bias = try inputs.requiredFloat(2, "B").shape
      guard bias == [outputChannels] else { throw ShapeError("bias \(bias) for \(outputChannels) channels") }
    }
    let placed = try placed(over: [Int](input[2...]), kernel: [Int](weights[2...]))
    _ = try Extent.count(of: input)
    _ = try Extent.count(of: [input[0], outputChannels] + placed.input)
    return TransposedConvolution.Geometry(
      batch: input[0], group: group, inputChannels: input[1], outputChannels: outputChannels, window: placed)
  }

  /// Places the window so that its `output` is the operator's input and its `input` the operator's output.
  private func placed(over small: [Int], kernel: [Int]) throws -> PlacedWindow {
    let rank = small.count
    let strides = window.strides ?? [Int](repeating: 1, count: rank)
    let dilations = window.dilations ?? [Int](repeating: 1, count: rank)
    let extra = outputPadding ?? [Int](repeating: 0, count: rank)
    var pads = window.pads ?? [Int](repeating: 0, count: 2 * rank)
    let wanted = outputShape.map { [Int]($0.suffix(rank)) }
    guard strides.count == rank, dilations.count == rank, extra.count == rank, pads.count == 2 * rank,
      wanted == nil || wanted?.count == rank, window.kernel == nil || window.kernel == kernel
    else { throw ShapeError("kernel_shape, strides, dilations or pads do not fit \(rank) spatial dimensions") }
    var large = [Int](repeating: 0, count: rank)
    for axis in 0..<rank {
      let full = strides[axis] * (small[axis] - 1) + extra[axis] + (kernel[axis] - 1) * dilations[axis] + 1
      let isSame = window.autoPad == .sameUpper || window.autoPad == .sameLower
      if window.autoPad == .valid { (pads[axis], pads[axis + rank]) = (0, 0) }
      if isSame || wanted != nil {
        large[axis] = wanted?[axis] ?? small[axis] * strides[axis]
        let total = max(0, full - large[axis])
        pads[axis] = window.autoPad == .sameUpper ? total / 2 : total - total / 2
        pads[axis + rank] = total - pads[axis]
      } else {
        large[axis] = full - pads[axis] - pads[axis + rank]
      }
      guard large[axis] >= 0, small[axis] > 0 else {
        throw ShapeError("transposed convolution of \(small) leaves nothing")
      }
    }
    return PlacedWindow(
      input: large, output: small, kernel: kernel, strides: strides, dilations: dilations,
      padsBefore: [Int](pads[..<rank]), padsAfter: [Int](pads[rank...]))
  }
}
