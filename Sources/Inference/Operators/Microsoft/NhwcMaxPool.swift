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
    let window = ck_window(try geometry(inputs.required(0, "X").shape).window)
    try Kernel(window: window).run(inputs, residual: nil, into: outputs, using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    guard epilogue.isEmpty, let input = inputs.optional(0) else { return nil }
    return Kernel(window: ck_window(try geometry(input.shape).window))
  }

  private struct Kernel: PreparedKernel {
    let window: ck_window

    func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
      let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
      guard output.elementCount > 0, input.elementCount > 0, let channels = input.shape.last else { return }
      let isSigned = input.elementType == .int8
      let (plane, positions) = (window.in_height * window.in_width, window.out_height * window.out_width)
      for sample in 0..<input.shape[0] {
        ScratchPool.shared.withBytes(channels) { outside in
          outside.update(repeating: isSigned ? 0x80 : 0, count: channels)
          let source = input.bytes.assumingMemoryBound(to: UInt8.self) + sample * plane * channels
          nonisolated(unsafe) let maximum = ck_byte_maximum(
            window: window, x: UnsafePointer(source), outside: outside, is_signed: isSigned ? 1 : 0,
            channels: channels,
            out: output.bytes.assumingMemoryBound(to: UInt8.self) + sample * positions * channels)
          let kernels = context.kernels
          let grain = max(1, (1 << 13) / max(1, window.out_width * channels))
          context.parallelRanges(window.out_height, grain: grain) { rows in
            var maximum = maximum
            kernels.integers.pointee.maximum_bytes(&maximum, rows.lowerBound, rows.upperBound)
          }
        }
      }
    }
  }

  private func geometry(_ shape: [Int]) throws -> PoolGeometry {
    guard shape.count >= 3, let channels = shape.last else { throw ShapeError("pool over \(shape)") }
    return try PoolGeometry(input: [shape[0], channels] + shape[1..<shape.count - 1], window: window)
  }
}
