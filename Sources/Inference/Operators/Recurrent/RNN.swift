/// Simple recurrent network: `H = f(X · Wᵀ + H · Rᵀ + B)` over a sequence.
///
/// X [T, N, I], W [D, H, I], R [D, H, H], B [D, 2H]?, sequence_lens [N]?, initial_h [D, N, H]? -> Y [T, D, N, H],
/// Y_h [D, N, H], float32; with `layout` 1 the batch comes first. MACs: H · (I + H) per step, sequence and direction.
/// Source: ONNX RNN, opset 7 on.
struct RNN: KernelOperator {
  static let onnxName = "RNN"
  let settings: RecurrentSettings

  init(from attributes: inout AttributeReader) throws {
    settings = try RecurrentSettings(from: &attributes, defaults: ["Tanh"])
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let sizes = try settings.sizes(of: inputs, gates: 1, states: 1)
    return [TensorType(.float32, sizes.outputShape), TensorType(.float32, sizes.stateShape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    (try? settings.sizes(of: inputs, gates: 1, states: 1))?.macs ?? 0
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .recurrent }

  func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> any PreparedKernel {
    let cells = settings.functions.map { RNNCell(function: $0[0], clip: settings.clip) }
    return RecurrentKernel(
      try settings.sizes(of: inputs, gates: 1, states: 1), isReversed: settings.isReversed, cells: cells,
      inputs: inputs, using: context)
  }
}
