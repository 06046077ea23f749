/// The attributes that LSTM, GRU and RNN share.
struct RecurrentSettings: Sendable {
  enum Direction: String { case forward, reverse, bidirectional }

  /// Whether each direction runs from the end.
  let isReversed: [Bool]
  let hiddenSize: Int?
  /// The functions of each direction, in the operator's order.
  let functions: [[ScalarFunction]]
  /// Limits the inputs of the functions to `-clip ... clip`.
  let clip: Float?
  /// Whether the batch comes before time.
  let isBatchFirst: Bool

  var directions: Int { isReversed.count }

  /// Reads the attributes; `defaults` names the functions of one direction.
  init(from attributes: inout AttributeReader, defaults: [String]) throws {
    let name = try attributes.string("direction", default: "forward")
    guard let direction = Direction(rawValue: name) else {
      throw ShapeError("direction '\(name)' is not one of forward, reverse, bidirectional")
    }
    isReversed = direction == .bidirectional ? [false, true] : [direction == .reverse]
    hiddenSize = try attributes.intIfPresent("hidden_size")
    clip = try attributes.floatIfPresent("clip")
    isBatchFirst = try attributes.flag("layout", default: false)
    let count = defaults.count * isReversed.count
    let names = try attributes.stringsIfPresent("activations") ?? isReversed.flatMap { _ in defaults }
    guard names.count == count else { throw ShapeError("\(names.count) activations instead of \(count)") }
    var alphas = (try attributes.floatsIfPresent("activation_alpha") ?? [])[...]
    var betas = (try attributes.floatsIfPresent("activation_beta") ?? [])[...]
    let all = try names.map { try Self.function($0, &alphas, &betas) }
    functions = isReversed.indices.map { [ScalarFunction](all[($0 * defaults.count)..<(($0 + 1) * defaults.count)]) }
  }

  /// Each function takes the parameters it has from the front of the lists, which may be shorter.
  private static func function(
    _ name: String, _ alphas: inout ArraySlice<Float>, _ betas: inout ArraySlice<Float>
  ) throws -> ScalarFunction {
    func alpha(_ value: Float) -> Float { alphas.popFirst() ?? value }
    func beta(_ value: Float) -> Float { betas.popFirst() ?? value }
    switch name.lowercased() {
    case "relu": return .relu
    case "tanh": return .tanh
    case "sigmoid": return .sigmoid
    case "affine": return .affine(scale: alpha(1), shift: beta(0))
    case "leakyrelu": return .leakyRelu(slope: alpha(0.01))
    case "thresholdedrelu": return .thresholdedRelu(threshold: alpha(1))
    case "scaledtanh": return .scaledTanh(alpha: alpha(1), beta: beta(1))
    case "hardsigmoid": return .hardSigmoid(alpha: alpha(0.2), beta: beta(0.5))
    case "elu": return .elu(alpha: alpha(1), gamma: 1)
    case "softsign": return .softsign
    case "softplus": return .softplus
    default: throw ShapeError("activation '\(name)' is not supported")
    }
  }

  /// The sizes that the inputs X, W, R, B, sequence_lens and initial states agree on, with `gates` gates.
  func sizes(of inputs: [TensorType?], gates: Int, states: Int) throws -> RecurrentSizes {
    let x = try inputs.requiredFloat(0, "X").shape
    let w = try inputs.requiredFloat(1, "W").shape
    let r = try inputs.requiredFloat(2, "R").shape
    guard x.count == 3, r.count == 3 else { throw ShapeError("recurrent network over \(x) with R \(r)") }
    let hidden = hiddenSize ?? r[2]
    guard hidden >= 1, hidden <= 1 << 24, r == [directions, gates * hidden, hidden],
      w == [directions, gates * hidden, x[2]]
    else { throw ShapeError("W \(w) and R \(r) do not fit X \(x) with hidden_size \(hidden)") }
    let (steps, batch) = isBatchFirst ? (x[1], x[0]) : (x[0], x[1])
    _ = try Extent.count(of: [directions, steps, batch, gates * hidden])
    if inputs.optional(3) != nil {
      let bias = try inputs.requiredFloat(3, "B").shape
      guard bias == [directions, 2 * gates * hidden] else { throw ShapeError("B \(bias) for hidden_size \(hidden)") }
    }
    if let lengths = inputs.optional(4) {
      guard lengths.elementType == .int32, lengths.shape == [batch] else {
        throw ShapeError("sequence_lens \(lengths.elementType)\(lengths.shape) for a batch of \(batch)")
      }
    }
    let sizes = RecurrentSizes(
      steps: steps, batch: batch, input: x[2], hidden: hidden, directions: directions, gates: gates,
      isBatchFirst: isBatchFirst)
    for (index, name) in ["initial_h", "initial_c"].prefix(states).enumerated()
    where inputs.optional(5 + index) != nil {
      let state = try inputs.requiredFloat(5 + index, name).shape
      guard state == sizes.stateShape else { throw ShapeError("\(name) \(state) instead of \(sizes.stateShape)") }
    }
    return sizes
  }
}

/// The sizes of one recurrent node.
struct RecurrentSizes: Sendable, Hashable {
  let steps: Int
  let batch: Int
  let input: Int
  let hidden: Int
  let directions: Int
  let gates: Int
  let isBatchFirst: Bool

  var outputShape: [Int] {
    isBatchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]
  }
  var stateShape: [Int] { isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden] }

  /// Gates times (inputs + hidden) times hidden, per step, sequence and direction.
  var macs: Int {
    Extent.saturatingProduct(steps, batch, directions, gates, hidden, input + hidden)
  }

  func stateOffset(direction: Int, sequence: Int) -> Int {
    (isBatchFirst ? sequence * directions + direction : direction * batch + sequence) * hidden
  }

  func outputOffset(step: Int, direction: Int, sequence: Int) -> Int {
    let row =
      isBatchFirst
      ? (sequence * steps + step) * directions + direction : (step * directions + direction) * batch + sequence
    return row * hidden
  }

  /// Which row of X holds a step's input.
  func inputRow(step: Int, sequence: Int) -> Int {
    isBatchFirst ? sequence * steps + step : step * batch + sequence
  }
}
