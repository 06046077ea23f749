/// The greatest element of each window, and on request where it was.
///
/// X [N, C, spatial...] -> Y [N, C, spatial'...] and Indices, int64, into the flattened X; float32, int8 or uint8.
/// Inside a plane, `storage_order` 1 counts the first spatial dimension fastest. Source: ONNX MaxPool, opset 1 on.
struct MaxPool: Operator {
  static let onnxName = "MaxPool"
  let window: Window
  let countsColumnsFirst: Bool

  init(from attributes: inout AttributeReader) throws {
    window = try Window(from: &attributes, isPool: true)
    countsColumnsFirst = try attributes.flag("storage_order", default: false)
  }

  func kind(for inputs: [TensorType?]) -> String { Self.onnxName + window.description() }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard [.float32, .int8, .uint8].contains(input.elementType) else {
      throw ShapeError("MaxPool: element type \(input.elementType) is not supported")
    }
    let geometry = try PoolGeometry(input: input.shape, window: window)
    return [TensorType(input.elementType, geometry.outputShape), TensorType(.int64, geometry.outputShape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let geometry = try PoolGeometry(input: input.shape, window: window)
    let indices = outputs.optional(1)
    switch input.elementType {
    case .float32 where indices == nil:
      FloatPool(.max, geometry, using: context).run(input, into: output, using: context)
    case .float32: PoolKernels.maximum(Float.self, geometry, from: input, into: output, indices: indices)
    case .int8: PoolKernels.maximum(Int8.self, geometry, from: input, into: output, indices: indices)
    default: PoolKernels.maximum(UInt8.self, geometry, from: input, into: output, indices: indices)
    }
    if countsColumnsFirst, let indices { transpose(indices, geometry.window.input) }
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    let input = try inputs.required(0, "X")
    guard epilogue.isEmpty, input.elementType == .float32, outputs.optional(1) == nil else { return nil }
    return FloatPool(.max, try PoolGeometry(input: input.shape, window: window), using: context)
  }

  /// Turns row-major positions inside planes of those sizes into column-major ones.
  private func transpose(_ indices: Tensor, _ sizes: [Int]) {
    let plane = sizes.reduce(1, *)
    let positions = indices.pointer(as: Int64.self)
    for index in 0..<indices.elementCount {
      let (first, place) = (Int(positions[index]) / plane * plane, Int(positions[index]) % plane)
      var (rest, result, stride) = (place, 0, plane)
      for size in sizes.reversed() {
        stride /= size
        result += rest % size * stride
        rest /= size
      }
      positions[index] = Int64(first + result)
    }
  }
}

/// The sizes of one pool.
struct PoolGeometry: Sendable {
  /// Batch times channels.
  let planes: Int
  let window: PlacedWindow
  let outputShape: [Int]

  /// Throws `ShapeError` where the window does not fit the input.
  init(input: [Int], window: Window) throws {
    guard input.count >= 3, input.count <= 5 else { throw ShapeError("pool over \(input)") }
    _ = try Extent.count(of: input)
    planes = input[0] * input[1]
    self.window = try window.placed(over: [Int](input[2...]))
    outputShape = [input[0], input[1]] + self.window.output
    _ = try Extent.count(of: outputShape)
  }
}
