/// Whether there is something: false for an empty optional or an input that is left out.
///
/// Source: ONNX OptionalHasElement, opset 15 on.
struct OptionalHasElement: SequenceOperator {
  static let onnxName = "OptionalHasElement"

  init(from attributes: inout AttributeReader) throws {}

  func outputTypes(for inputs: [TensorType?], isPresent: [Bool]) throws -> [TensorType?] { [TensorType(.bool, [])] }

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    var isPresent = false
    if let value = inputs.first ?? nil {
      if case .absent = value { isPresent = false } else { isPresent = true }
    }
    return [.tensor(Tensor(.bool, shape: [], elements: [UInt8(isPresent ? 1 : 0)]))]
  }
}

/// What an optional holds.
///
/// Source: ONNX OptionalGetElement, opset 15 on.
struct OptionalGetElement: SequenceOperator {
  static let onnxName = "OptionalGetElement"

  init(from attributes: inout AttributeReader) throws {}

  func run(_ inputs: [ExecutionValue?], in run: ExecutionRun) throws -> [ExecutionValue] {
    guard let value = inputs.first ?? nil else { throw ExecutionError("the optional is missing") }
    if case .absent = value { throw ExecutionError("the optional holds nothing") }
    return [value.copied()]
  }
}
