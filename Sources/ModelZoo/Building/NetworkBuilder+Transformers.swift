import Inference

extension NetworkBuilder {
  /// A linear layer on the last axis, MatMul and Add: [..., K] -> [..., width].
  ///
  /// `power` is the mean square of the result: less than 1 at the end of a residual branch.
  mutating func projection(_ name: String, _ input: ValueID, _ width: Int, power: Float = 1) throws -> ValueID {
    let fanIn = try shape(of: input).last ?? 1
    let weight = weight(name, [fanIn, width], fanIn: fanIn, over: input, power: power)
    let result = Signal(power: power, isCentred: true)
    let product = try apply("MatMul", "\(name).matmul", [input, weight], signal: result)
    return try apply("Add", "\(name).add", [product, bias(name, width)], signal: result)
  }

  /// LayerNormalization over the last axis, with a scale near 1 and a small shift.
  mutating func layerNormalization(_ name: String, _ input: ValueID, epsilon: Float) throws -> ValueID {
    let width = try shape(of: input).last ?? 1
    let inputs = [
      input, parameter("\(name).weight", [width], .uniform(low: 0.8, high: 1.2)), bias(name, width),
    ]
    return try apply(
      "LayerNormalization", name, inputs, ["axis": .int(-1), "epsilon": .float(epsilon)], signal: .unit)
  }

  /// Rows of a table of embeddings, chosen by ids: [N, T] -> [N, T, width].
  mutating func embedding(_ name: String, _ table: ValueID, _ ids: ValueID, power: Float) throws -> ValueID {
    try apply("Gather", name, [table, ids], ["axis": .int(0)], signal: Signal(power: power, isCentred: true))
  }

  /// softmax(Q Kᵀ / √d) V for each head: queries, keys and values [N, T, heads·d] -> [N, T, heads·d].
  ///
  /// With `isCausal`, a position sees itself and what comes before it. Source: Vaswani et al., "Attention Is All You
  /// Need", NeurIPS 2017, equation 1.
  mutating func attention(
    _ name: String, query: ValueID, key: ValueID, value: ValueID, heads: Int, isCausal: Bool = false
  ) throws -> ValueID {
    let shape = try shape(of: query)
    let (length, width) = (shape[1], shape[2])
    let split = integers("\(name).heads.shape", [0, 0, heads, width / heads])
    let join = integers("\(name).join.shape", [0, 0, width])
    func byHead(_ part: String, _ input: ValueID, _ order: [Int], in net: inout NetworkBuilder) throws -> ValueID {
      let parts = try net.apply("Reshape", "\(name).\(part).heads", [input, split])
      return try net.apply("Transpose", "\(name).\(part).transpose", [parts], ["perm": .ints(order)])
    }
    let queries = try byHead("query", query, [0, 2, 1, 3], in: &self)
    let keys = try byHead("key", key, [0, 2, 3, 1], in: &self)
    let values = try byHead("value", value, [0, 2, 1, 3], in: &self)
    var scores = try apply("MatMul", "\(name).scores", [queries, keys])
    scores = try apply(
      "Div", "\(name).scale", [scores, scalar("\(name).scale.root", Float(width / heads).squareRoot())])
    if isCausal {
      let mask = constant("\(name).mask.visible", Self.causalMask(length))
      let hidden = scalar("\(name).mask.hidden", -.greatestFiniteMagnitude)
      scores = try apply("Where", "\(name).mask", [mask, scores, hidden])
    }
    scores = try apply("Softmax", "\(name).softmax", [scores], ["axis": .int(-1)])
    var context = try apply("MatMul", "\(name).context", [scores, values], signal: .unit)
    context = try apply("Transpose", "\(name).context.transpose", [context], ["perm": .ints([0, 2, 1, 3])])
    return try apply("Reshape", "\(name).join", [context, join])
  }

  /// GELU by the error function, x · (1 + erf(x / √2)) / 2, as PyTorch exports it.
  mutating func gelu(_ name: String, _ input: ValueID) throws -> ValueID {
    var value = try apply("Div", "\(name).div", [input, scalar("\(name).root2", Float(2).squareRoot())])
    value = try apply("Erf", "\(name).erf", [value])
    value = try apply("Add", "\(name).add", [value, scalar("\(name).one", 1)])
    value = try apply("Mul", "\(name).mul", [input, value])
    return try apply("Mul", "\(name).half", [value, scalar("\(name).half.factor", 0.5)], signal: Self.geluSignal)
  }

  /// GELU by tanh, x · (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, as GPT-2 has it.
  ///
  /// Source: Hendrycks & Gimpel, "Gaussian Error Linear Units", arXiv:1606.08415.
  mutating func geluByTanh(_ name: String, _ input: ValueID) throws -> ValueID {
    var value = try apply("Pow", "\(name).pow", [input, scalar("\(name).three", 3)])
    value = try apply("Mul", "\(name).cubic", [value, scalar("\(name).cubic.factor", 0.044_715)])
    value = try apply("Add", "\(name).sum", [input, value])
    value = try apply("Mul", "\(name).scale", [value, scalar("\(name).scale.factor", 0.797_884_56)])
    value = try apply("Tanh", "\(name).tanh", [value])
    value = try apply("Add", "\(name).add", [value, scalar("\(name).one", 1)])
    let half = try apply("Mul", "\(name).half", [input, scalar("\(name).half.factor", 0.5)])
    return try apply("Mul", "\(name).mul", [half, value], signal: Self.geluSignal)
  }

  /// The mean square of GELU over standard normal input.
  private static var geluSignal: Signal { Signal(power: 0.425, isCentred: false) }

  /// [1, 1, length, length]: true on and below the diagonal.
  private static func causalMask(_ length: Int) -> Tensor {
    let elements = (0..<length).flatMap { row in (0..<length).map { UInt8($0 <= row ? 1 : 0) } }
    return Tensor(.bool, shape: [1, 1, length, length], elements: elements)
  }
}
