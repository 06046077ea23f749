import Foundation
import Inference
import Testing

/// onnxruntime's operators against the standard ones that they put together.
struct MicrosoftOperatorTests {
  private func microsoft(
    _ name: String, _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:], threads: Int = 2
  ) throws -> [Tensor] {
    try OperatorRun(name, domain: "com.microsoft", inputs, attributes).outputs(threads: threads)
  }

  private func standard(
    _ name: String, _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:], opset: Int = 23
  ) throws -> Tensor {
    try OperatorRun(name, inputs, attributes, opset: opset).outputs()[0]
  }

  private func isClose(_ result: Tensor, _ expected: Tensor, within tolerance: Double = 1e-5) -> Bool {
    result.shape == expected.shape
      && result.excess(over: expected.doubles, absolute: tolerance, relative: tolerance) <= 1
  }

  static let activations: [(name: String, parameters: [Float], attributes: [String: Attribute])] = [
    ("Relu", [], [:]), ("Tanh", [], [:]), ("Sigmoid", [], [:]), ("LeakyRelu", [0.2], ["alpha": .float(0.2)]),
    ("HardSigmoid", [0.3, 0.4], ["alpha": .float(0.3), "beta": .float(0.4)]),
  ]

  @Test(arguments: activations)
  func convolutionWithActivation(
    activation: (name: String, parameters: [Float], attributes: [String: Attribute])
  ) throws {
    let inputs = [
      Tensor.random([2, 3, 6, 6], seed: 1), .random([4, 3, 3, 3], seed: 2), .random([4], seed: 3),
      .random([2, 4, 6, 6], seed: 4),
    ]
    let window: [String: Attribute] = ["pads": .ints([1, 1, 1, 1])]
    var attributes = window
    attributes["activation"] = .string(activation.name)
    attributes["activation_params"] = .floats(activation.parameters)
    let plain = try standard("Conv", Array(inputs.prefix(3)), window)
    let sum = try standard("Add", [plain, inputs[3]])
    #expect(
      isClose(
        try microsoft("FusedConv", inputs, attributes)[0],
        try standard(activation.name, [sum], activation.attributes)))
    #expect(
      isClose(
        try microsoft("FusedConv", Array(inputs.prefix(3)), attributes)[0],
        try standard(activation.name, [plain], activation.attributes)))
  }

  @Test func productsWithActivationOrTransposition() throws {
    let (a, b, c) = (Tensor.random([3, 5], seed: 1), Tensor.random([4, 5], seed: 2), Tensor.random([4], seed: 3))
    let gemm = try standard("Gemm", [a, b, c], ["transB": .int(1)])
    #expect(
      isClose(
        try microsoft("FusedGemm", [a, b, c], ["transB": .int(1), "activation": .string("Relu")])[0],
        try standard("Relu", [gemm])))
    let (x, y) = (Tensor.random([2, 3, 5, 4], seed: 4), Tensor.random([2, 3, 6, 5], seed: 5))
    let turned = try ["x": x, "y": y].mapValues { try standard("Transpose", [$0], ["perm": .ints([0, 1, 3, 2])]) }
    let product = try standard("MatMul", [turned["x"], turned["y"]])
    #expect(
      isClose(
        try microsoft("FusedMatMul", [x, y], ["transA": .int(1), "transB": .int(1), "alpha": .float(0.5)])[0],
        try standard("Mul", [product, .scalar(0.5)])))
    // Dimension 0 goes before the last.
    let batches = try standard("Transpose", [x], ["perm": .ints([1, 2, 0, 3])])
    let right = Tensor.random([4, 7], seed: 6)
    #expect(
      isClose(
        try microsoft("FusedMatMul", [x, right], ["transBatchA": .int(1)])[0],
        try standard("MatMul", [batches, right])))
  }

  @Test func geluVariants() throws {
    let (x, bias) = (Tensor.random([2, 3, 70], seed: 1), Tensor.random([70], seed: 2))
    let sum = try standard("Add", [x, bias])
    let gelu = try standard("Gelu", [sum])
    let approximate = try standard("Gelu", [sum], ["approximate": .string("tanh")])
    #expect(isClose(try microsoft("BiasGelu", [x, bias])[0], gelu))
    #expect(isClose(try microsoft("Gelu", [sum])[0], gelu))
    #expect(isClose(try microsoft("FastGelu", [x, bias])[0], approximate))
    #expect(isClose(try microsoft("FastGelu", [sum])[0], approximate))
    let quick = x.doubles.map { $0 / (1 + exp(-1.702 * $0)) }
    #expect(try microsoft("QuickGelu", [x])[0].excess(over: quick, absolute: 1e-6, relative: 1e-5) <= 1)
  }

  @Test(arguments: [[2, 3, 8], [3, 8], [1, 3, 8]])
  func normalisationsOfSums(skipShape: [Int]) throws {
    let (x, skip) = (Tensor.random([2, 3, 8], seed: 1), Tensor.random(skipShape, seed: 2))
    let (gamma, beta, bias) = (Tensor.random([8], seed: 3), Tensor.random([8], seed: 4), Tensor.random([8], seed: 5))
    let sum = try standard("Add", [try standard("Add", [x, skip]), bias])
    let attributes: [String: Attribute] = ["epsilon": .float(1e-5)]
    let outputs = try microsoft("SkipLayerNormalization", [x, skip, gamma, beta, bias], attributes)
    #expect(isClose(outputs[0], try standard("LayerNormalization", [sum, gamma, beta], attributes)))
    #expect(isClose(outputs[3], sum))
    let simple = try microsoft("SkipSimplifiedLayerNormalization", [x, skip, gamma, bias], attributes)
    #expect(isClose(simple[0], try standard("RMSNormalization", [sum, gamma], attributes)))
    #expect(isClose(simple[3], sum))
  }

  @Test func embeddingsAreSummedAndNormalised() throws {
    let ids = Tensor(.int32, shape: [2, 3], elements: [4, 0, 2, 1, 1, 3] as [Int32])
    let segments = Tensor(.int32, shape: [2, 3], elements: [0, 1, 1, 0, 0, 1] as [Int32])
    let mask = Tensor(.int32, shape: [2, 3], elements: [1, 1, 0, 1, 1, 1] as [Int32])
    let tables = [Tensor.random([5, 4], seed: 1), .random([3, 4], seed: 2), .random([2, 4], seed: 3)]
    let (gamma, beta) = (Tensor.random([4], seed: 4), Tensor.random([4], seed: 5))
    let outputs = try microsoft(
      "EmbedLayerNormalization", [ids, segments, tables[0], tables[1], tables[2], gamma, beta, mask],
      ["epsilon": .float(1e-5)])
    let words = try standard("Gather", [tables[0], ids])
    let sum = try standard(
      "Add", [try standard("Add", [words, tables[1]]), try standard("Gather", [tables[2], segments])])
    #expect(isClose(outputs[2], sum))
    #expect(isClose(outputs[0], try standard("LayerNormalization", [sum, gamma, beta], ["epsilon": .float(1e-5)])))
    #expect(outputs[1].integers() == [2, 3])
    let outside = Tensor(.int32, shape: [1, 1], elements: [5] as [Int32])
    #expect(throws: ExecutionError.self) {
      try microsoft("EmbedLayerNormalization", [outside, nil, tables[0], tables[1], nil, gamma, beta])
    }
  }

  @Test(arguments: [false, true])
  func attentionProjectsItsInput(isCausal: Bool) throws {
    let (batch, length, heads, size, past) = (2, 5, 2, 4, 3)
    let width = heads * size
    let x = Tensor.random([batch, length, width], seed: 1)
    let (weights, bias) = (Tensor.random([width, 3 * width], seed: 2), Tensor.random([3 * width], seed: 3))
    let cache = Tensor.random([2, batch, heads, past, size], seed: 4)
    let mask = Tensor(
      .int32, shape: [batch, past + length], elements: (0..<16).map { Int32($0 == 10 || $0 == 2 ? 0 : 1) })
    let outputs = try microsoft(
      "Attention", [x, weights, bias, mask, cache],
      ["num_heads": .int(heads), "unidirectional": .int(isCausal ? 1 : 0)])
    let projected = try standard("Add", [try standard("MatMul", [x, weights]), bias])
    func part(_ tensor: Tensor, _ axis: Int, _ range: Range<Int>) throws -> Tensor {
      try standard(
        "Slice",
        [tensor, Tensor(int64s: [range.lowerBound]), Tensor(int64s: [range.upperBound]), Tensor(int64s: [axis])])
    }
    let parts = try (0..<3).map { try part(projected, 2, $0 * width..<($0 + 1) * width) }
    let halves = try (0..<2).map {
      try part(cache, 0, $0..<$0 + 1).reshaped([batch, heads, past, size])
    }
    let flags = Tensor(.bool, shape: [batch, 1, 1, 8], elements: mask.integers()!.map { $0 > 0 })
    let expected = try OperatorRun(
      "Attention", [parts[0], parts[1], parts[2], flags, halves[0], halves[1]],
      [
        "q_num_heads": .int(heads), "kv_num_heads": .int(heads), "is_causal": .int(isCausal ? 1 : 0),
      ], opset: 23
    ).outputs()
    #expect(isClose(outputs[0], expected[0]))
    #expect(outputs[1].doubles == expected[1].doubles + expected[2].doubles)
    let separate = try microsoft(
      "MultiHeadAttention", [parts[0], parts[1], parts[2], nil, mask, nil, halves[0], halves[1]],
      ["num_heads": .int(heads), "unidirectional": .int(isCausal ? 1 : 0)])
    #expect(isClose(separate[0], expected[0]))
    #expect(separate[1].isIdentical(to: expected[1]))
  }

  @Test func keysAndValuesMayBePacked() throws {
    let (batch, queries, keys, heads, size) = (2, 3, 4, 2, 5)
    let query = Tensor.random([batch, queries, heads * size], seed: 1)
    let key = Tensor.random([batch, keys, heads, 1, size], seed: 2)
    let value = Tensor.random([batch, keys, heads, 1, size], seed: 3)
    let attributes: [String: Attribute] = ["num_heads": .int(heads)]
    let flat = [batch, keys, heads * size]
    let expected = try microsoft("MultiHeadAttention", [query, key.reshaped(flat), value.reshaped(flat)], attributes)[0]
    let packed = try standard("Concat", [key, value], ["axis": .int(3)])
    #expect(isClose(try microsoft("MultiHeadAttention", [query, packed], attributes)[0], expected))
    let stacked = try [key, value].map {
      try standard("Transpose", [$0.reshaped([batch, keys, heads, size])], ["perm": .ints([0, 2, 1, 3])])
    }
    #expect(isClose(try microsoft("MultiHeadAttention", [query, stacked[0], stacked[1]], attributes)[0], expected))
  }

  @Test func rotationStartsAnywhere() throws {
    let (x, cosine, sine) = (
      Tensor.random([2, 3, 16], seed: 1), Tensor.random([9, 4], seed: 2), Tensor.random([9, 4], seed: 3)
    )
    let ids = Tensor(int64s: [5, 6, 7, 5, 6, 7]).reshaped([2, 3])
    let expected = try standard("RotaryEmbedding", [x, cosine, sine, ids], ["num_heads": .int(2)])
    #expect(try microsoft("RotaryEmbedding", [x, Tensor(int64s: [5]), cosine, sine])[0].isIdentical(to: expected))
    #expect(try microsoft("RotaryEmbedding", [x, ids, cosine, sine])[0].isIdentical(to: expected))
  }
}
