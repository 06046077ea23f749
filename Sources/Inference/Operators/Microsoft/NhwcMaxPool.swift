/// The greatest element of each window of a tensor of 8-bit integers with channels last.
///
/// X [N, spatial..., C] -> Y [N, spatial'..., C], int8 or uint8. Source: onnxruntime, com.microsoft.NhwcMaxPool.
struct NhwcMaxPool: Operator {
  static let onnxName = "NhwcMaxPool"
  static var domain: String { "com.microsoft" }
  private let window: Window

  init(from attributes: inout AttributeReader) throws { window = try Window(from: &attributes, isPool: true) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard input.elementType == .int8 || input.elementType == .uint8 else {
      throw ShapeError("NhwcMaxPool: element type \(input.elementType) is not supported")
    }
    let shape = try geometry(input.shape).outputShape
    return [TensorType(input.elementType, [shape[0]] + shape[2...] + [shape[1]])]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let window = try geometry(input.shape).window.expanded(to: 3)
    guard output.elementCount > 0, input.elementCount > 0, let channels = input.shape.last else { return }
    let (plane, positions) = (window.input.reduce(1, *), window.output.reduce(1, *))
    nonisolated(unsafe) let source = input.bytes.assumingMemoryBound(to: UInt8.self)
    nonisolated(unsafe) let target = output.bytes.assumingMemoryBound(to: UInt8.self)
    let kernels = context.kernels
    context.parallelRanges(input.shape[0] * positions, grain: max(1, (1 << 12) / channels)) { range in
      var taps: [UnsafePointer<UInt8>?] = []
      for index in range {
        taps.removeAll(keepingCapacity: true)
        let sample = source + index / positions * plane * channels
        window.forEachTap(at: index % positions) { _, element in
          taps.append(UnsafePointer(sample + element * channels))
        }
        let result = target + index * channels
        // A window over padding alone has the first element, as in MaxPool.
        if taps.isEmpty { taps.append(UnsafePointer(sample)) }
        kernels.integers.pointee.maximum_bytes(taps, taps.count, input.elementType == .int8 ? 1 : 0, result, channels)
      }
    }
  }

  private func geometry(_ shape: [Int]) throws -> PoolGeometry {
    guard shape.count >= 3, let channels = shape.last else { throw ShapeError("pool over \(shape)") }
    return try PoolGeometry(input: [shape[0], channels] + shape[1..<shape.count - 1], window: window)
  }
}
