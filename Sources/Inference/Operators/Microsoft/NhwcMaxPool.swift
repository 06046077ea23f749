import CKernels

/// The greatest element of each window of a tensor of 8-bit integers with channels last.
///
/// X [N, spatial..., C] -> Y [N, spatial'..., C], int8 or uint8, over at most two spatial dimensions and windows of
/// 1,024 elements. Source: onnxruntime, com.microsoft.NhwcMaxPool.
struct NhwcMaxPool: Operator {
  static let onnxName = "NhwcMaxPool"
  static var domain: String { "com.microsoft" }
  private static let mostTaps = 1024
  private let window: Window

  init(from attributes: inout AttributeReader) throws { window = try Window(from: &attributes, isPool: true) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard input.elementType == .int8 || input.elementType == .uint8 else {
      throw ShapeError("NhwcMaxPool: element type \(input.elementType) is not supported")
    }
    let geometry = try geometry(input.shape)
    guard geometry.window.rank <= 2, geometry.window.kernel.reduce(1, *) <= Self.mostTaps else {
      throw ShapeError("NhwcMaxPool: a window of \(geometry.window.kernel) is not supported")
    }
    let shape = geometry.outputShape
    return [TensorType(input.elementType, [shape[0]] + shape[2...] + [shape[1]])]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let geometry = try geometry(input.shape)
    guard output.elementCount > 0, input.elementCount > 0, let channels = input.shape.last else { return }
    let (plane, positions) = (geometry.window.input.reduce(1, *), geometry.window.output.reduce(1, *))
    let isSigned = input.elementType == .int8
    let window = ck_window(geometry.window)
    for sample in 0..<input.shape[0] {
      ScratchPool.shared.withBytes(channels) { outside in
        outside.update(repeating: isSigned ? 0x80 : 0, count: channels)
        nonisolated(unsafe) let maximum = ck_byte_maximum(
          window: window, x: UnsafePointer(input.bytes.assumingMemoryBound(to: UInt8.self) + sample * plane * channels),
          outside: outside, is_signed: isSigned ? 1 : 0, channels: channels,
          out: output.bytes.assumingMemoryBound(to: UInt8.self) + sample * positions * channels)
        let kernels = context.kernels
        context.parallelRanges(window.out_height, grain: max(1, (1 << 13) / max(1, window.out_width * channels))) {
          rows in
          var maximum = maximum
          kernels.integers.pointee.maximum_bytes(&maximum, rows.lowerBound, rows.upperBound)
        }
      }
    }
  }

  private func geometry(_ shape: [Int]) throws -> PoolGeometry {
    guard shape.count >= 3, let channels = shape.last else { throw ShapeError("pool over \(shape)") }
    return try PoolGeometry(input: [shape[0], channels] + shape[1..<shape.count - 1], window: window)
  }
}
