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
    let (x, w) = (try inputs.required(0, "x"), try inputs.required(1, "w"))
    let geometry = try geometry(x.shape, w.shape)
    let (channels, depth) = (geometry.outputChannels / geometry.group, geometry.depth)
    let (plane, positions) = (geometry.window.input.reduce(1, *), geometry.positions)
    let area = geometry.window.kernel.reduce(1, *)
    let (xZero, wZeros) = (inputs.optional(2)?.integers()?.first ?? 0, inputs.optional(3)?.integers() ?? [0])
    let zero = Tensor(x.elementType, shape: [], elements: [UInt8(truncatingIfNeeded: xZero)])
    try MemoryLimit.check(Extent.saturatingProduct(2, depth, positions), for: "the unrolled windows of ConvInteger")
    let window = geometry.window.expanded(to: 3)
    let groupInputs = geometry.inputChannels / geometry.group
    nonisolated(unsafe) let target = try outputs.required(0, "y").pointer(as: Int32.self)
    for index in 0..<(geometry.batch * geometry.group) {
      let firstChannel = index % geometry.group * channels
      // The unrolled windows [depth, positions]; what lies outside the input has the value of the zero point.
      let windows = Tensor(zeros: x.elementType, shape: [depth, positions])
      let (cells, source) = (windows.bytes.assumingMemoryBound(to: UInt8.self), x.bytes)
      cells.update(repeating: UInt8(truncatingIfNeeded: xZero), count: depth * positions)
      let planes = source.assumingMemoryBound(to: UInt8.self) + index * groupInputs * plane
      for position in 0..<positions {
        window.forEachTap(at: position) { tap, element in
          for channel in 0..<groupInputs {
            cells[(channel * area + tap) * positions + position] = planes[channel * plane + element]
          }
        }
      }
      let right = ExactProduct.Right(
        windows, k: depth, n: positions,
        zeros: try ExactProduct.ZeroPoints(zero, lines: positions, matrices: 1, name: "x"))
      let weights = Tensor(
        w.elementType, shape: [channels, depth], storage: w.storage, byteOffset: w.byteOffset + firstChannel * depth)
      let zeros = wZeros.count == 1 ? wZeros : Array(wZeros[firstChannel..<firstChannel + channels])
      let left = Tensor(
        w.elementType, shape: [zeros.count], elements: zeros.map { UInt8(truncatingIfNeeded: $0) })
      ExactProduct.run(
        try BatchedProduct([channels, depth], [depth, positions]), weights,
        zeros: try ExactProduct.ZeroPoints(left, lines: channels, matrices: 1, name: "w"), right, using: context
      ) { _, row, rows, sums in
        (target + (index * channels + row) * positions).update(from: sums, count: rows * positions)
      }
    }
  }

  private func geometry(_ x: [Int], _ w: [Int]) throws -> ConvolutionGeometry {
    guard x.count <= 5 else { throw ShapeError("ConvInteger over \(x)") }
    return try ConvolutionGeometry(input: x, weights: w, group: group, window: window)
  }
}
