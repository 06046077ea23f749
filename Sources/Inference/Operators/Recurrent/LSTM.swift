/// Long short-term memory: gates i, o, f and the candidate c over a sequence.
///
/// X [T, N, I], W [D, 4H, I], R [D, 4H, H], B [D, 8H]?, sequence_lens [N]?, initial_h and initial_c [D, N, H]?,
/// P [D, 3H]? -> Y [T, D, N, H], Y_h and Y_c [D, N, H], float32; with `layout` 1 the batch comes first.
/// MACs: 4H · (I + H) per step, sequence and direction. Source: ONNX LSTM, opset 7 on.
struct LSTM: KernelOperator {
  static let onnxName = "LSTM"
  let settings: RecurrentSettings
  let couplesForget: Bool

  init(from attributes: inout AttributeReader) throws {
    settings = try RecurrentSettings(from: &attributes, defaults: ["Sigmoid", "Tanh", "Tanh"])
    couplesForget = try attributes.flag("input_forget", default: false)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let sizes = try sizes(of: inputs)
    let state = TensorType(.float32, sizes.stateShape)
    return [TensorType(.float32, sizes.outputShape), state, state]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int { (try? sizes(of: inputs))?.macs ?? 0 }

  func costClass(for inputs: [TensorType?]) -> CostClass { .recurrent }

  func kernel(for inputs: [TensorType?], using context: ExecutionContext) throws -> any PreparedKernel {
    let cells = (0..<settings.directions).map { direction in
      LSTMCell(functions: settings.functions[direction], clip: settings.clip, couplesForget: couplesForget)
    }
    return RecurrentKernel(
      try sizes(of: inputs), isReversed: settings.isReversed, cells: cells, inputs: inputs, using: context)
  }

  private func sizes(of inputs: [TensorType?]) throws -> RecurrentSizes {
    let sizes = try settings.sizes(of: inputs, gates: 4, states: 2)
    if inputs.optional(7) != nil {
      let shape = try inputs.requiredFloat(7, "P").shape
      guard shape == [sizes.directions, 3 * sizes.hidden] else { throw ShapeError("P \(shape)") }
    }
    return sizes
  }
}
