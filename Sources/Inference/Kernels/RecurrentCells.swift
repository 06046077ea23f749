/// `c = f · c + i · g(x)`, `h = o · h(c)` with gates in the order i, o, f, c.
///
/// Source: ONNX LSTM.
struct LSTMCell: RecurrentCell {
  /// Of the gates, of the candidate and of the cell's output.
  let functions: [ScalarFunction]
  let clip: Float?
  /// Whether the forget gate is one minus the input gate.
  let couplesForget: Bool

  static let products = [4]

  func advance(_ step: RecurrentStep, using kernels: Kernels) {
    let (size, gates, room) = (step.hiddenSize, step.projection, step.scratch)
    kernels.combine(.add, gates, step.recurrentBias, into: gates, count: 4 * size)
    kernels.addProduct(step, step.recurrent, gates: 4, step.hidden, to: gates)
    let (input, output, forget, candidate) = (gates, gates + size, gates + 2 * size, gates + 3 * size)
    func addPeephole(_ index: Int, to gate: UnsafeMutablePointer<Float>) {
      guard let peepholes = step.peepholes else { return }
      kernels.combine(.multiply, peepholes + index * size, step.cell, into: room, count: size)
      kernels.combine(.add, gate, room, into: gate, count: size)
    }
    addPeephole(0, to: input)
    addPeephole(2, to: forget)
    kernels.limit(input, to: clip, count: size)
    kernels.limit(forget, to: clip, count: 2 * size)
    kernels.apply(functions[0], input, into: input, count: size)
    if couplesForget {
      var one: Float = 1
      kernels.combine(.subtract, &one, aStep: 0, input, into: forget, count: size)
    } else {
      kernels.apply(functions[0], forget, into: forget, count: size)
    }
    kernels.apply(functions[1], candidate, into: candidate, count: size)
    kernels.combine(.multiply, forget, step.cell, into: step.cell, count: size)
    kernels.combine(.multiply, input, candidate, into: candidate, count: size)
    kernels.combine(.add, step.cell, candidate, into: step.cell, count: size)
    addPeephole(1, to: output)
    kernels.limit(output, to: clip, count: size)
    kernels.apply(functions[0], output, into: output, count: size)
    kernels.apply(functions[2], step.cell, into: room, count: size)
    kernels.combine(.multiply, output, room, into: step.hidden, count: size)
  }
}

/// `h = (1 - z) · g + z · h` with gates in the order z, r, h.
///
/// Source: ONNX GRU.
struct GRUCell: RecurrentCell {
  /// Of the gates and of the candidate.
  let functions: [ScalarFunction]
  let clip: Float?
  /// Whether the reset gate scales the recurrent product instead of the state.
  let resetsAfterProduct: Bool

  static let products = [2, 1]

  func advance(_ step: RecurrentStep, using kernels: Kernels) {
    let (size, gates) = (step.hiddenSize, step.projection)
    let (update, reset, candidate) = (gates, gates + size, gates + 2 * size)
    let product = step.scratch
    kernels.combine(.add, gates, step.recurrentBias, into: gates, count: 2 * size)
    kernels.addProduct(step, step.recurrent, gates: 2, step.hidden, to: gates)
    kernels.limit(gates, to: clip, count: 2 * size)
    kernels.apply(functions[0], gates, into: gates, count: 2 * size)
    let panels = step.recurrent + kernels.panelSize(columns: 2 * size, k: size)
    let bias = step.recurrentBias + 2 * size
    if resetsAfterProduct {
      product.update(from: bias, count: size)
      kernels.addProduct(step, panels, gates: 1, step.hidden, to: product)
      kernels.combine(.multiply, reset, product, into: product, count: size)
    } else {
      kernels.combine(.multiply, reset, step.hidden, into: reset, count: size)
      product.update(from: bias, count: size)
      kernels.addProduct(step, panels, gates: 1, reset, to: product)
    }
    kernels.combine(.add, candidate, product, into: candidate, count: size)
    kernels.limit(candidate, to: clip, count: size)
    kernels.apply(functions[1], candidate, into: candidate, count: size)
    var one: Float = 1
    kernels.combine(.multiply, update, step.hidden, into: step.hidden, count: size)
    kernels.combine(.subtract, &one, aStep: 0, update, into: update, count: size)
    kernels.combine(.multiply, update, candidate, into: candidate, count: size)
    kernels.combine(.add, candidate, step.hidden, into: step.hidden, count: size)
  }
}

/// `h = f(x + R · h)`.
///
/// Source: ONNX RNN.
struct RNNCell: RecurrentCell {
  let function: ScalarFunction
  let clip: Float?

  static let products = [1]

  func advance(_ step: RecurrentStep, using kernels: Kernels) {
    let (size, sum) = (step.hiddenSize, step.projection)
    kernels.combine(.add, sum, step.recurrentBias, into: sum, count: size)
    kernels.addProduct(step, step.recurrent, gates: 1, step.hidden, to: sum)
    kernels.limit(sum, to: clip, count: size)
    kernels.apply(function, sum, into: step.hidden, count: size)
  }
}
