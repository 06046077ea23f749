/// A sequence of the inputs.
///
/// Source: ONNX SequenceConstruct, opset 11 on.
struct SequenceConstruct: SequenceOperator {
  static let onnxName = "SequenceConstruct"

  init(from attributes: inout AttributeReader) throws {}

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    [.sequence(try inputs.indices.map { try inputs.requiredTensor($0).copied() })]
  }
}

/// A sequence of nothing; what its tensors would be is of no consequence.
///
/// Source: ONNX SequenceEmpty, opset 11 on.
struct SequenceEmpty: SequenceOperator {
  static let onnxName = "SequenceEmpty"

  init(from attributes: inout AttributeReader) throws { _ = try attributes.int("dtype", default: 1) }

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] { [.sequence([])] }
}
