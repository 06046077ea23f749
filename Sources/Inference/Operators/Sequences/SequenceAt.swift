/// The tensor at a position of a sequence, counted from the end where negative.
///
/// Source: ONNX SequenceAt, opset 11 on.
struct SequenceAt: SequenceOperator {
  static let onnxName = "SequenceAt"

  init(from attributes: inout AttributeReader) throws {}

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    let tensors = try inputs.sequence(0)
    guard let position = try inputs.position(1, size: tensors.count) else {
      throw ExecutionError("the position is missing")
    }
    return [.tensor(tensors[position])]
  }
}

/// How many tensors a sequence has, int64 [].
///
/// Source: ONNX SequenceLength, opset 11 on.
struct SequenceLength: SequenceOperator {
  static let onnxName = "SequenceLength"

  init(from attributes: inout AttributeReader) throws {}

  func outputTypes(for inputs: [TensorType?], isPresent: [Bool]) throws -> [TensorType?] { [TensorType(.int64, [])] }

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    [.tensor(Tensor(.int64, shape: [], elements: [Int64(try inputs.sequence(0).count)]))]
  }
}
