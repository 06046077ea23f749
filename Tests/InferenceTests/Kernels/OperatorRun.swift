import Inference
import Testing

/// Seeded values in -1 ..< 1 (SplitMix64), so that every run of a test sees the same numbers.
struct TestValues {
  private var state: UInt64

  init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func float() -> Float { Float(next() >> 40) / Float(1 << 23) - 1 }
}

extension Tensor {
  /// Seeded values in -1 ..< 1.
  static func random(_ shape: [Int], seed: Int) -> Tensor {
    var values = TestValues(seed: seed)
    return Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in values.float() })
  }

  /// Seeded bytes.
  static func randomBytes(_ type: ElementType, _ shape: [Int], seed: Int) -> Tensor {
    var values = TestValues(seed: seed)
    return Tensor(type, shape: shape, elements: (0..<shape.reduce(1, *)).map { _ in UInt8(values.next() >> 56) })
  }

  static func scalar(_ value: Float) -> Tensor { Tensor(shape: [], [value]) }

  /// The elements as double-precision numbers.
  var doubles: [Double] { elements(as: Float.self).map(Double.init) }

  /// The greatest difference to a reference, relative to the tolerance `absolute + relative · |expected|`.
  func excess(over expected: [Double], absolute: Double, relative: Double) -> Double {
    guard elementCount == expected.count else { return .infinity }
    return zip(doubles, expected).map { got, wanted in
      got.isNaN && wanted.isNaN ? 0 : abs(got - wanted) / (absolute + relative * abs(wanted))
    }.max() ?? 0
  }
}

/// One operator applied outside a graph.
struct OperatorRun {
  let operation: any Operator
  let inputs: [Tensor?]

  init(
    _ name: String, domain: String = "", _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:],
    opset: Int = 17
  ) throws {
    let type = try #require(OperatorRegistry.find(domain: domain, name: name))
    var reader = AttributeReader(attributes, opset: opset, inputCount: inputs.count)
    operation = try type.init(from: &reader)
    #expect(reader.unread.isEmpty)
    self.inputs = inputs
  }

  var types: [TensorType?] { inputs.map { $0.map(TensorType.init(constant:)) } }

  func makeOutputs() throws -> [Tensor?] {
    try operation.outputs(for: types).map { Tensor(zeros: $0.elementType, shape: $0.shape) }
  }

  /// The outputs of `execute`.
  func outputs(on isa: InstructionSet = InstructionSet.available.last!, threads: Int = 1) throws -> [Tensor] {
    let outputs = try makeOutputs()
    try operation.execute(inputs, into: outputs, using: ExecutionContext(threads: threads, kernels: Kernels(for: isa)))
    return outputs.compactMap { $0 }
  }

  /// The first output of the prepared kernel, with all inputs but the first constant.
  func fused(
    _ epilogue: Epilogue, residual: Tensor? = nil, on isa: InstructionSet, threads: Int = 1
  ) throws -> Tensor {
    let context = ExecutionContext(threads: threads, kernels: Kernels(for: isa))
    var known = types
    known[0] = inputs[0].map { TensorType($0.elementType, $0.shape) }
    let outputs = try makeOutputs()
    let kernel = try #require(
      try operation.prepare(
        for: known, outputs: try operation.outputs(for: types), epilogue: epilogue, using: context))
    try kernel.run(inputs, residual: residual, into: outputs, using: context)
    return try #require(outputs[0])
  }
}
