/// Gated recurrent unit: gates z, r and the candidate h over a sequence.
///
/// X [T, N, I], W [D, 3H, I], R [D, 3H, H], B [D, 6H]?, sequence_lens [N]?, initial_h [D, N, H]? -> Y [T, D, N, H],
/// Y_h [D, N, H], float32; with `layout` 1 the batch comes first. MACs: 3H · (I + H) per step, sequence and direction.
/// Source: ONNX GRU, opset 7 on.
struct GRU: KernelOperator {
  static let onnxName = "GRU"
  let settings: RecurrentSettings
  let resetsAfterProduct: Bool

  init(from attributes: inout AttributeReader) throws {
    settings = try RecurrentSettings(from: &attributes, defaults: ["Sigmoid", "Tanh"])
    resetsAfterProduct = try attributes.flag("linear_before_reset", default: false)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let sizes = try sizes(of: inputs)
    return [TensorType(.float32, sizes.outputShape), TensorType(.float32, sizes.stateShape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int { (try? sizes(of: inputs))?.macs ?? 0 }

  func costClass(for inputs: [TensorType?]) -> CostClass { .recurrent }

  func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> any PreparedKernel {
    let cells = (0..<settings.directions).map { direction in
      GRUCell(
        functions: settings.functions[direction], clip: settings.clip, resetsAfterProduct: resetsAfterProduct)
    }
    return RecurrentKernel(
      try sizes(of: inputs), isReversed: settings.isReversed, cells: cells, inputs: inputs, using: context)
  }

  private func sizes(of inputs: [TensorType?]) throws -> RecurrentSizes {
    try settings.sizes(of: inputs, gates: 3, states: 1)
  }
}
