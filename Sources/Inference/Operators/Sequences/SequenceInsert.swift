/// A sequence with a tensor put in before a position, by default at the end.
///
/// Source: ONNX SequenceInsert, opset 11 on.
struct SequenceInsert: SequenceOperator {
  static let onnxName = "SequenceInsert"

  init(from attributes: inout AttributeReader) throws {}

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    var tensors = try inputs.sequence(0)
    let tensor = try inputs.requiredTensor(1)
    if let first = tensors.first, first.elementType != tensor.elementType {
      throw ExecutionError("a sequence of \(first.elementType) cannot take \(tensor.elementType)")
    }
    // Behind the last one is a position too, and negative ones count from there as in onnxruntime: -1 is before the last.
    let end = tensors.count
    let position = try inputs.tensor(2, "position")?.integers()?.first ?? end
    guard position >= -end, position <= end else {
      throw ExecutionError("position \(position) is out of range for a sequence of \(end)")
    }
    tensors.insert(tensor.copied(), at: position < 0 ? position + end : position)
    return [.sequence(tensors)]
  }
}

/// A sequence without the tensor at a position, by default the last.
///
/// Source: ONNX SequenceErase, opset 11 on.
struct SequenceErase: SequenceOperator {
  static let onnxName = "SequenceErase"

  init(from attributes: inout AttributeReader) throws {}

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    var tensors = try inputs.sequence(0)
    guard !tensors.isEmpty else { throw ExecutionError("there is nothing to take from an empty sequence") }
    tensors.remove(at: try inputs.position(1, size: tensors.count) ?? tensors.count - 1)
    return [.sequence(tensors)]
  }
}
