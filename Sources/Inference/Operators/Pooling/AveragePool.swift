/// The mean of each window.
///
/// X [N, C, spatial...] -> Y [N, C, spatial'...], float32. Source: ONNX AveragePool, opset 1 on.
struct AveragePool: Operator {
  static let onnxName = "AveragePool"
  let window: Window
  let countsPadding: Bool

  init(from attributes: inout AttributeReader) throws {
    window = try Window(from: &attributes, isPool: true)
    countsPadding = try attributes.flag("count_include_pad", default: false)
  }

  func kind(for inputs: [TensorType?]) -> String { Self.onnxName + window.description() }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let geometry = try PoolGeometry(input: inputs.requiredFloat(0, "X").shape, window: window)
    return [TensorType(.float32, geometry.outputShape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let input = try inputs.required(0, "X")
    try pool(input.shape, using: context).run(input, into: try outputs.required(0, "Y"), using: context)
  }

  func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? {
    // A pool has a divisor for each position; planes without measure are left to the run, which memory is checked for.
    guard epilogue.isEmpty, let output = outputs.optional(0), output.elementCount <= 1 << 26 else { return nil }
    return try pool(inputs.required(0, "X").shape, using: context)
  }

  private func pool(_ shape: [Int], using context: ExecutionContext) throws -> FloatPool {
    FloatPool(
      countsPadding ? .averageWithPadding : .average, try PoolGeometry(input: shape, window: window), using: context)
  }
}
